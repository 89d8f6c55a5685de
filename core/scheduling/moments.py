"""Dates as people type them: “завтра 9”, “monday 9:00”, “25.12 10:30”, “in 2 hours”.

Read in the owner's zone. A day without a time means nine in the morning; a time, weekday or
date without a year means the next one to come.
"""

import re
from calendar import isleap, monthrange
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.i18n import N_
from core.scheduling.rules import zone_of
from core.scheduling.spoken import is_now, tidied
from core.scheduling.words import (
    AFTER_NOON,
    CLOCK,
    DAY_TIME,
    DAYS_AHEAD,
    EACH_PART,
    MONTHS,
    SPAN,
    TIME_DAY,
    UNITS,
    WEEKDAYS,
)

UNREADABLE = N_(
    "I could not read “{typed}” as a date and time. "
    "Examples: tomorrow 9:00, monday 9:00, 25.12 10:30, in 2 hours, now"
)
NO_SUCH_DATE = N_("There is no such date or time: “{typed}”. Example: 25.12.2026 10:30")
PAST = N_("“{typed}” is already past. Choose a later time, for example tomorrow 9:00.")
TOO_FAR = N_("“{typed}” is more than {years} years ahead. Choose an earlier date.")

_UNTIL = re.compile(r"^(?:до|по|until|till|through|before|by) ", re.IGNORECASE)
_MOSCOW = re.compile(r" (?:по )?(?:мск|москве|московскому)(?: времени)?$| (?:msk|moscow time)$")
_END_OF = re.compile(
    r"(?:конца|(?:the )?end of(?: the)?) (?:(?P<day>дня|day)|(?P<month>месяца|month)|года|year)"
    r"|нового года"
)

MORNING = time(9)
MIDNIGHT = time(23, 59)
MOST_YEARS = 10
_SHOWN = 60
_ELAPSING = ("minutes", "hours")
_NEXT = "next-"  # of the week to come
_WEEKS = "-weeks-"  # so many weeks from today, or the first after that


def read_moment(typed: str, zone: str, now: datetime) -> datetime:
    """The instant in UTC; raises Invalid with an example for anything unreadable or past."""
    if is_now(tidied(typed)):
        return now.astimezone(UTC)
    return _to_come(typed, _read(typed, zone, MORNING, now), now)


def read_end(typed: str, zone: str, now: datetime) -> datetime:
    """Until when: as `read_moment`, but a day without a time counts to its last minute."""
    text = _UNTIL.sub("", typed.strip())
    if named := _END_OF.fullmatch(text.lower()):
        today = now.astimezone(zone_of(zone)).date()
        month = today if named["month"] else today.replace(month=12, day=1)
        last = today if named["day"] else month.replace(day=_length(month))
        text = f"{last:%d.%m.%Y}"
    return _to_come(typed, _read(text, zone, MIDNIGHT, now), now)


def read_clock(typed: str) -> time | None:
    """The time of a day; None for anything that names no time, or a day as well."""
    text = tidied(typed)
    match = None if DAY_TIME.fullmatch(text) else CLOCK.fullmatch(text)  # 1.12 is a day
    with suppress(ValueError):
        return _time(match) if match else None
    return None


def _read(typed: str, zone: str, default: time, now: datetime) -> datetime:
    text = tidied(typed)
    plain = _MOSCOW.sub("", text)
    owner_zone = zone_of("Europe/Moscow" if plain != text else zone)
    local = now.astimezone(owner_zone)
    try:
        found = _span(plain, local) or _day_and_time(plain, local, owner_zone, default)
    except (ValueError, OverflowError):
        raise Invalid(NO_SUCH_DATE, typed=_short(typed)) from None
    if found is None:
        raise Invalid(UNREADABLE, typed=_short(typed))
    return found


def _to_come(typed: str, found: datetime, now: datetime) -> datetime:
    if found <= now:
        raise Invalid(PAST, typed=_short(typed))
    if found > now + timedelta(days=366 * MOST_YEARS):
        raise Invalid(TOO_FAR, typed=_short(typed), years=MOST_YEARS)
    return found


def _short(typed: str) -> str:
    return typed.strip()[:_SHOWN]


def _span(text: str, now: datetime) -> datetime | None:
    match = SPAN.fullmatch(text)
    if match is None:
        return None
    unit = ""
    for part in EACH_PART.finditer(match[1]):
        n = int(part["n"]) if part["n"] and part["n"].isdigit() else 1
        now = _later(now, n, unit := UNITS[part["unit"]])
    if match["hour"] and unit in _ELAPSING:
        return None
    return (_at(now, match) if match["hour"] else now).astimezone(UTC)


def _at(day: datetime, match: re.Match[str]) -> datetime:
    """The time of the day that a span ends on: “in a week at 9”."""
    return datetime.combine(day.date(), _time(match), day.tzinfo)


def _later(local: datetime, n: int, unit: str) -> datetime:
    """Minutes and hours elapse; days and longer keep the time on the clock."""
    if unit in _ELAPSING:
        return (local.astimezone(UTC) + timedelta(**{unit: n})).astimezone(local.tzinfo)
    if unit == "months":
        return datetime.combine(_months_later(local.date(), n), local.timetz())
    return local + timedelta(**{unit: n})


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day_and_time(text: str, now: datetime, zone: ZoneInfo, default: time) -> datetime | None:
    matches = [match for each in (DAY_TIME, TIME_DAY) if (match := each.fullmatch(text))]
    for match in matches:
        with suppress(ValueError):  # 10.30 is no day, but it is a time
            return _nearest(match, now, zone, default)
    if matches:
        raise ValueError(text)
    return None


def _nearest(match: re.Match[str], now: datetime, zone: ZoneInfo, default: time) -> datetime:
    at = _time(match) if match["hour"] else default
    moments = [_instant(day, at, zone) for day in _days(match, now.date())]
    return next((moment for moment in moments if moment > now), moments[0])


def _time(match: re.Match[str]) -> time:
    hour, half = int(match["hour"]), match["half"]
    if half and not 1 <= hour <= 12:
        raise ValueError(half)
    if half:
        hour = hour % 12 + (12 if half in AFTER_NOON else 0)
    return time(hour, int(match["minute"] or 0))


def _days(match: re.Match[str], today: date) -> list[date]:
    """The days it may be, the nearest first."""
    if (name := match["name"]) and name.startswith(_NEXT):
        monday = today - timedelta(days=today.weekday())
        return [monday + timedelta(days=7 + WEEKDAYS[name.removeprefix(_NEXT)])]
    if weeks := match["weeks"]:
        return [_coming(name.partition(_WEEKS)[2], today + timedelta(weeks=int(weeks)))]
    if name in WEEKDAYS:
        return [_coming(name, today), _coming(name, today + timedelta(days=1))]
    if name:
        return [today + timedelta(days=DAYS_AHEAD[name])]
    numbers = {
        part[0]: value for part, value in match.groupdict().items() if value and part[-1].isdigit()
    }
    if "d" not in numbers:
        return [today, today + timedelta(days=1)]
    if "m" not in numbers:
        return _of_months(int(numbers["d"]), today)
    return _dates(numbers["d"], numbers["m"], numbers.get("y"), today)


def _coming(weekday: str, first: date) -> date:
    """That weekday, on the first day or after it."""
    return first + timedelta(days=(WEEKDAYS[weekday] - first.weekday()) % 7)


def _dates(day: str, month: str, year: str | None, today: date) -> list[date]:
    number = MONTHS.get(month) or int(month)
    if year:
        return [date(int(year) % 2000 + 2000 if len(year) == 2 else int(year), number, int(day))]
    return [_leap_safe(today.year, number, int(day)), _leap_safe(today.year + 1, number, int(day))]


def _of_months(day: int, today: date) -> list[date]:
    """That day in the months to come that have it."""
    firsts = [_months_later(today.replace(day=1), n) for n in range(3)]
    found = [first.replace(day=day) for first in firsts if day <= _length(first)]
    return found or [today.replace(day=day)]  # no month has it: refused as no such date


def _length(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def _leap_safe(year: int, month: int, day: int) -> date:
    """29 February without a year means the next one there is."""
    while (month, day) == (2, 29) and not isleap(year):
        year += 1
    return date(year, month, day)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
