"""Bars by hour as a drawing that says in words, too, what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP = 720, 200, 56, 16, 26, 14
HOURS = 24
_HOUR = timedelta(hours=1)
_ROUND = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """A rectangle of the drawing."""

    x: float
    y: float
    height: float
    kind: str


@dataclass(frozen=True)
class Column:
    """An hour: its bars, its place, its words."""

    bars: tuple[Bar, ...]
    x: float
    hour: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """All that the template draws."""

    columns: tuple[Column, ...]
    lines: tuple[tuple[float, int], ...]
    bar_width: float
    total: int


Counts = dict[datetime, tuple[int, ...]]


def by_hour(counts: Counts, kinds: Sequence[str], now: datetime, zone: str) -> Chart:
    """The last 24 hours, stacked in the order of `kinds`."""
    last = now.replace(minute=0, second=0, microsecond=0)
    hours = [last - _HOUR * back for back in reversed(range(HOURS))]
    nothing = (0,) * len(kinds)
    most = _ceiling(max(sum(counts.get(hour, nothing)) for hour in hours))
    step = (WIDTH - LEFT - RIGHT) / HOURS
    tall = HEIGHT - BOTTOM - TOP
    columns = tuple(
        _column(counts.get(hour, nothing), kinds, LEFT + step * n, tall / most, hour, zone)
        for n, hour in enumerate(hours)
    )
    lines = tuple((TOP + tall * (1 - part / 2), round(most * part / 2)) for part in range(3))
    return Chart(columns, lines, step * 0.7, sum(sum(column.counts) for column in columns))


def _column(
    counts: tuple[int, ...], kinds: Sequence[str], x: float, scale: float, hour: datetime, zone: str
) -> Column:
    bars, y = [], float(HEIGHT - BOTTOM)
    for kind, n in zip(kinds, counts, strict=True):
        y -= n * scale
        if n:
            bars.append(Bar(round(x, 1), round(y, 1), round(n * scale, 1), kind))
    return Column(tuple(bars), round(x, 1), f"{hour.astimezone(ZoneInfo(zone)):%H}:00", counts)


def _ceiling(most: int) -> int:
    """The next round even number, so that half of it is a number to read."""
    power = 1
    while True:
        for digit in _ROUND:
            if digit * power >= max(most, 2) and digit * power % 2 == 0:
                return digit * power
        power *= 10
