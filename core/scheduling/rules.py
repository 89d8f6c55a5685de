"""When a recurrence falls due, in the owner's zone.

Minutes and hours are elapsed time. Days and longer keep the wall clock of the start: of two
equal local times the first counts, one that the clock jumps over moves on by the jump, so
every due day has exactly one run on both changes. A day that a month lacks is its last day.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo, available_timezones

from core.errors import Invalid
from core.i18n import N_
from core.scheduling.cron import next_cron
from core.scheduling.recurrence import Recurrence, aware

__all__ = ["Recurrence", "next_after", "upcoming", "zone_of"]

_INSTANT = timedelta(microseconds=1)
_UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1)}


def next_after(
    rec: Recurrence, start: datetime, zone: str, after: datetime, done: int = 0
) -> datetime | None:
    """The first date strictly after `after` and not before `start`; None once it is over.

    `done` is how many runs there were, for a rule with a count.
    """
    if rec.count is not None and done >= rec.count:
        return None
    found = _first(rec, aware(start), zone_of(zone), aware(after))
    if found is None or (rec.ends_at is not None and found > rec.ends_at):
        return None
    return found


def upcoming(
    rec: Recurrence, start: datetime, zone: str, after: datetime, n: int = 5, done: int = 0
) -> list[datetime]:
    """The next `n` dates, fewer if it is over before."""
    dates: list[datetime] = []
    while len(dates) < n:
        found = next_after(rec, start, zone, after, done + len(dates))
        if found is None:
            break
        dates.append(found)
        after = found
    return dates


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name such as Europe/Moscow."""
    if name not in _zone_names():
        raise Invalid(N_("There is no time zone “{zone}”. Example: Europe/Moscow"), zone=name)
    return ZoneInfo(name)


@cache
def _zone_names() -> frozenset[str]:
    # `localtime` is whatever this machine is set to, `Factory` is a placeholder.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _first(rec: Recurrence, start: datetime, zone: ZoneInfo, after: datetime) -> datetime | None:
    if rec.kind == "once":
        return start if start > after else None
    if rec.kind in _UNITS:
        return _elapsed(start, rec.every * _UNITS[rec.kind], after)
    if rec.kind == "cron" and rec.cron is not None:
        return next_cron(rec.cron, zone, max(after, start - _INSTANT))
    return _wall_clock(rec, start, zone, after)


def _elapsed(start: datetime, step: timedelta, after: datetime) -> datetime:
    return start if after < start else start + ((after - start) // step + 1) * step


def _wall_clock(rec: Recurrence, start: datetime, zone: ZoneInfo, after: datetime) -> datetime:
    local = start.astimezone(zone)
    near = max(local, after.astimezone(zone)).date()
    moments = (_at(day, local) for day in _days(rec, local.date(), near))
    return next(moment for moment in moments if moment >= start and moment > after)


def _at(day: date, start: datetime) -> datetime:
    if day == start.date():
        return start.astimezone(UTC)  # it may itself be the second of two equal local times
    return datetime.combine(day, start.time().replace(fold=0), start.tzinfo).astimezone(UTC)


def _days(rec: Recurrence, start: date, near: date) -> Iterator[date]:
    """The days of the rule, without an end, from one step before `near` (or from the start)."""
    if rec.kind == "days":
        for step in _steps((near - start).days, rec.every):
            yield start + timedelta(days=step)
    elif rec.kind == "weeks":
        monday = start - timedelta(days=start.weekday())
        for step in _steps((near - monday).days // 7, rec.every):
            for weekday in rec.weekdays or (start.weekday(),):
                yield monday + timedelta(weeks=step, days=weekday)
    else:
        for step in _steps(_month_number(near) - _month_number(start), rec.every):
            yield _day_of_month(rec, _month_number(start) + step, start.day)


def _steps(distance: int, every: int) -> Iterator[int]:
    return count(max(0, distance // every - 1) * every, every)


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _day_of_month(rec: Recurrence, month_number: int, start_day: int) -> date:
    year, month = month_number // 12, month_number % 12 + 1
    first_weekday, length = monthrange(year, month)
    if rec.nth is None:
        day = rec.day or start_day
        return date(year, month, length if day == -1 else min(day, length))
    which, weekday = rec.nth
    day = 1 + (weekday - first_weekday) % 7 + (which - 1) * 7
    if which == -1:
        day = length - (first_weekday + length - 1 - weekday) % 7
    return date(year, month, day)
