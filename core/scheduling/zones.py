"""The time zone data of this machine, and dates that were computed by older data.

Governments move their clocks at short notice. A schedule keeps the version its next date was
computed by; where this machine has a newer one, the date is computed anew.
"""

import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import tzdata  # type: ignore[import-untyped]

from core.scheduling.models import Schedule
from core.scheduling.rules import zone_of

_VERSION = re.compile(r"(\d{4}[a-z]+)")


@cache
def version() -> str:
    """Such as 2026b: of the system's data, which Python prefers, else of the package's."""
    for place in zoneinfo.TZPATH:
        for name in ("tzdata.zi", "+VERSION"):
            file = Path(place) / name
            if file.is_file() and (found := _VERSION.search(_first_line(file))):
                return found[1]
    return str(tzdata.IANA_VERSION)


def anchor(schedule: Schedule) -> None:
    """Remember what the clock on the wall shows at the start, by today's data."""
    offset = schedule.start_at.astimezone(zone_of(schedule.timezone)).utcoffset()
    schedule.start_offset = int((offset or timedelta()).total_seconds())


def moved_start(schedule: Schedule) -> datetime:
    """The instant at which the wall shows the same, by the data of now."""
    if schedule.start_offset is None:
        return schedule.start_at
    offset = timedelta(seconds=schedule.start_offset)
    wall = (schedule.start_at.astimezone(UTC) + offset).replace(tzinfo=zone_of(schedule.timezone))
    return wall.astimezone(UTC)


def _first_line(file: Path) -> str:
    with file.open() as lines:
        return lines.readline()
