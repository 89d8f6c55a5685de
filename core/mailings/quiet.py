"""Hours in which nobody is written to, by the clock where each client lives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pycountry

from core.users.zones import guess

if TYPE_CHECKING:
    from core.mailings.models import Mailing

ZONE = "@zone"  # among a delivery's values; no placeholder is called so
_DAY = 24 * 60


@dataclass(frozen=True)
class Quiet:
    """From a minute of the day to another one, as a rule over midnight: 22:00 to 8:00."""

    start: int
    end: int

    @classmethod
    def of(cls, start: int | None, end: int | None) -> Self | None:
        """As two columns keep it."""
        return None if start is None or end is None else cls(start, end)

    def __str__(self) -> str:
        return f"{shown(self.start)}–{shown(self.end)}"

    @property
    def short(self) -> str:
        """As it is typed: 22–8, for a button."""
        return str(self).replace(":00", "")

    def covers(self, minute: int) -> bool:
        """Whether the minute of a day is a quiet one."""
        return (minute - self.start) % _DAY < (self.end - self.start) % _DAY

    def until(self, now: datetime, zone: str) -> datetime | None:
        """The next allowed minute in a zone; None where it is allowed now."""
        local = now.astimezone(_zone(zone))
        minute = local.hour * 60 + local.minute
        if not self.covers(minute):
            return None
        day = local.date() + timedelta(days=minute >= self.end)
        return max(_at(day, self.end, local), now + timedelta(minutes=1))

    def awake(self, at: datetime, until: datetime, zone: str) -> float:
        """The seconds between two moments that are not quiet in a zone."""
        seconds = 0.0
        while at < until:
            if wakes := self.until(at, zone):
                at = wakes
                continue
            local = at.astimezone(_zone(zone))
            to_quiet = (self.start - local.hour * 60 - local.minute) % _DAY
            falls = min(until, at + timedelta(minutes=to_quiet, seconds=-local.second))
            seconds += (falls - at).total_seconds()
            at = falls
        return seconds


def shown(minute: int) -> str:
    """A minute of the day as a clock says it: 22:00."""
    return f"{minute // 60}:{minute % 60:02}"


USUAL = (Quiet(22 * 60, 8 * 60), Quiet(21 * 60, 9 * 60), Quiet(20 * 60, 10 * 60))


def _at(day: date, minute: int, local: datetime) -> datetime:
    """That clock time; of two equal ones the one still to come."""
    wall = datetime.combine(day, time(minute // 60, minute % 60), local.tzinfo)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    return first if first > local else second


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # an old name that this machine does not know
        return ZoneInfo("UTC")


@cache
def zones() -> Mapping[str, str]:
    """Each country's main zone: where a client is taken to live of whom no zone is known."""
    return {each.alpha_2: guess(each.alpha_2) for each in pycountry.countries}


@dataclass(frozen=True)
class Window:
    """When a run's letters may go: not in quiet hours, and not later than `within` of its date."""

    quiet: Quiet | None = None
    within: timedelta | None = None

    @classmethod
    def of(cls, row: "Mailing") -> Self:
        """As a mailing keeps it."""
        within = timedelta(minutes=row.within_minutes) if row.within_minutes else None
        return cls(Quiet.of(row.quiet_from, row.quiet_to), within)

    def put(self, row: "Mailing") -> None:
        """Keep it with a mailing."""
        row.quiet_from = self.quiet.start if self.quiet else None
        row.quiet_to = self.quiet.end if self.quiet else None
        row.within_minutes = int(self.within.total_seconds() // 60) if self.within else None
