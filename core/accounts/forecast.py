"""How long so many mails take under all limits, told before they go: an estimate, day by day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, inf
from typing import Literal

from core.accounts.rules import Account, day_of

DAY = timedelta(days=1)
LONGEST = 366  # days that are looked ahead

Cause = Literal["quota", "warm_up", "account"]


@dataclass(frozen=True)
class Source:
    """An account with what it has been given to send on the day `day`."""

    account: Account
    day: datetime
    used: int = 0

    def left(self, day: datetime) -> float:
        """What it may send on a day."""
        most = self.account.limits("", day).per_day
        return inf if most is None else max(0, most - (self.used if day == self.day else 0))

    @property
    def per_second(self) -> float:
        """Its pace within a day."""
        limits = self.account.own_limits
        hourly = inf if limits.per_hour is None else limits.per_hour / 3600
        return min(hourly, inf if limits.per_second is None else limits.per_second)

    def room(self, day: datetime, seconds: float) -> float:
        """What goes through in so many seconds of a day."""
        return min(self.left(day), _times(self.per_second, seconds))


@dataclass(frozen=True)
class Flow:
    """All that bounds a mailing: its accounts, its owner's mails a day (`per_day`, of which
    `used` went out on `day`), and how many a minute it went at last time."""

    sources: Sequence[Source]
    day: datetime
    per_day: int | None = None
    used: int = 0
    per_minute: float | None = None

    def quota(self, day: datetime) -> float:
        """What the owner may send on a day."""
        if self.per_day is None:
            return inf
        return max(0, self.per_day - (self.used if day == self.day else 0))

    def accounts(self, day: datetime, seconds: float = inf) -> float:
        """What the accounts take in so many seconds of a day."""
        return sum(each.room(day, seconds) for each in self.sources) if self.sources else inf

    def room(self, at: datetime, until: datetime) -> float:
        """What goes out between two moments of a day (UTC)."""
        day, seconds = day_of(at), (until - at).total_seconds()
        paced = inf if self.per_minute is None else self.per_minute * seconds / 60
        return min(self.quota(day), self.accounts(day, seconds), paced)

    def sent(self, start: datetime, until: datetime) -> float:
        """What has gone out by a moment."""
        return sum(self.room(at, min(end, until)) for at, end in _days(start) if at < until)

    def per_hour(self) -> int | None:
        """What the accounts' limits by hour and second let through; None without any."""
        pace = sum(each.per_second for each in self.sources) if self.sources else inf
        return None if pace == inf else int(pace * 3600)


@dataclass(frozen=True)
class Forecast:
    """`ends_at` is None when it takes more than a year. `because` says why it takes several days:
    no more than `per_day` go out on a whole one. `in_time` are those before the deadline."""

    total: int
    days: int
    ends_at: datetime | None
    because: Cause | None = None
    per_day: int = 0
    per_hour: int | None = None
    in_time: int | None = None


def forecast(flow: Flow, total: int, start: datetime, within: timedelta | None = None) -> Forecast:
    """What becomes of a mailing to so many."""
    days, ends_at = _end(flow, total, start)
    in_time = None if within is None else int(min(total, flow.sent(start, start + within)))
    made = Forecast(total, days, ends_at, per_hour=flow.per_hour(), in_time=in_time)
    because, per_day = _cause(flow, start)
    if days == 1 or (because != "quota" and per_day >= total):
        return made
    return replace(made, because=because, per_day=per_day)


def _cause(flow: Flow, start: datetime) -> tuple[Cause | None, int]:
    """What bounds a whole day, and at how many."""
    whole = day_of(start) + DAY
    quota, accounts = flow.quota(whole), flow.accounts(whole)
    if min(quota, accounts) == inf:
        return None, 0
    if quota <= accounts:
        return "quota", int(quota)
    warming = any(each.account.ceiling(start) is not None for each in flow.sources)
    return "warm_up" if warming else "account", int(accounts)


def _end(flow: Flow, total: int, start: datetime) -> tuple[int, datetime | None]:
    gone = 0.0
    for number, (at, end) in enumerate(_days(start), 1):
        room = flow.room(at, end)
        if gone + room >= total:
            return number, _within(flow, at, end, total - gone)
        gone += room
    return LONGEST, None


def _within(flow: Flow, at: datetime, end: datetime, wanted: float) -> datetime:
    """When in a day so many have gone out, to a few seconds."""
    low, high = at, end
    for _ in range(16):
        middle = low + (high - low) / 2
        low, high = (low, middle) if flow.room(at, middle) >= wanted else (middle, high)
    return high


def _days(start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From a moment to the end of its day (UTC), then whole days."""
    at = start
    for _ in range(LONGEST):
        end = day_of(at) + DAY
        yield at, end
        at = end


def _times(rate: float, seconds: float) -> float:
    # A burst of one is always there; nothing is left of no time at all.
    return inf if rate == inf else ceil(rate * seconds) if seconds < inf else inf
