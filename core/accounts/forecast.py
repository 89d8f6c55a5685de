"""How long so many mails take under all limits, told before they go: an estimate, day by day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil, inf
from typing import Literal

from core.accounts.rules import Account, day_of

DAY = timedelta(days=1)
LONGEST = 366  # days that are looked ahead

Cause = Literal["quota", "warm_up", "account", "domain"]
Awake = Callable[[datetime, datetime], float]  # seconds between two moments in which mails may go


def always(at: datetime, until: datetime) -> float:
    """Mails may go at any hour."""
    return (until - at).total_seconds()


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

    def to(self, domain: str) -> "Source":
        """The account for the recipients of one domain, as if none of today's had gone there."""
        limits = self.account.limits(domain, self.day)
        return Source(Account(self.account.name, self.account.id, limits), self.day)


@dataclass(frozen=True)
class Flow:
    """All that bounds a mailing: its accounts, its owner's mails a day (`per_day`, of which
    `used` went out on `day`), how many a minute it went at last time, and its recipients' quiet
    hours. Of the accounts and the quota it gets the shares that other mailings leave to it."""

    sources: Sequence[Source]
    day: datetime
    per_day: int | None = None
    used: int = 0
    per_minute: float | None = None
    awake: Awake = always
    share: float = 1
    share_of_quota: float = 1

    def to(self, domain: str) -> "Flow":
        """What bounds the mails to one domain alone."""
        return replace(self, sources=[each.to(domain) for each in self.sources], per_day=None)

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
        day, seconds = day_of(at), self.awake(at, until)
        if seconds <= 0:
            return 0
        paced = inf if self.per_minute is None else self.per_minute * seconds / 60
        through = min(self.accounts(day, seconds), paced) * self.share
        return min(self.quota(day) * self.share_of_quota, through)

    def sent(self, start: datetime, until: datetime) -> float:
        """What has gone out by a moment."""
        return sum(self.room(at, min(end, until)) for at, end in _days(start) if at < until)

    def per_hour(self) -> int | None:
        """What the accounts' limits by hour and second let through; None without any."""
        pace = sum(each.per_second for each in self.sources) if self.sources else inf
        return None if pace == inf else int(pace * 3600)


@dataclass(frozen=True)
class Forecast:
    """`ends_at` is None when it takes more than a year; unless `sure` it ends then or later.

    `because` says why it takes several days: no more than `per_day` go out on a whole one, or the
    limit of a `domain` is the narrowest. `in_time` are those before the deadline. `busy` when
    other mailings go out through the same accounts.
    """

    total: int
    days: int
    ends_at: datetime | None
    because: Cause | None = None
    per_day: int = 0
    per_hour: int | None = None
    in_time: int | None = None
    sure: bool = True
    domain: str = ""
    busy: bool = False


@dataclass(frozen=True)
class Crowd:
    """What is known of the recipients and of the other mailings at the moment `at`.

    So many are at each of the `domains` that have limits; so many are written to within each
    zone's hours; so many wait in each of the owner's `own` runs and of those of `others`.
    """

    domains: Mapping[str, int] = field(default_factory=dict)
    zones: Sequence[tuple[Awake, int]] = ()
    own: Sequence[int] = ()
    others: Sequence[int] = ()
    at: datetime | None = None


@dataclass(frozen=True)
class _Part:
    """Some of the recipients with what bounds them."""

    flow: Flow
    n: int
    domain: str = ""


def forecast(
    flow: Flow,
    total: int,
    start: datetime,
    within: timedelta | None = None,
    crowd: Crowd | None = None,
) -> Forecast:
    """What becomes of a mailing to so many: the slowest of its recipients say when it ends."""
    crowd = crowd or Crowd()
    shared = _beside(flow, total, start, crowd)
    whole, *parts = _parts(shared, total, crowd)
    ends = [(each, *_end(each.flow, each.n, start)) for each in (whole, *parts)]
    last, days, ends_at = max(ends, key=lambda end: end[2] or start + LONGEST * DAY)
    made = Forecast(
        total,
        days,
        ends_at,
        per_hour=flow.per_hour(),
        in_time=None if within is None else _in_time(whole, parts, start, start + within),
        sure=last is whole and len(crowd.zones) <= 1,
        domain=last.domain,
        busy=shared.share < 1,
    )
    if last.domain:
        return replace(made, because="domain")
    because, per_day = _cause(flow, start)
    if days == 1 or (because != "quota" and per_day >= total):
        return made
    return replace(made, because=because, per_day=per_day)


def _beside(flow: Flow, total: int, start: datetime, crowd: Crowd) -> Flow:
    """The flow shared with the mailings that still go out at the start, turn by turn."""
    waiting = sum(crowd.own) + sum(crowd.others)
    gone = flow.sent(crowd.at, start) if crowd.at and start > crowd.at else 0
    if not total or waiting <= gone:
        return flow
    left = 1 - gone / waiting
    own = sum(min(n * left, total) for n in crowd.own)
    others = sum(min(n * left, total) for n in crowd.others)
    return replace(flow, share=total / (total + own + others), share_of_quota=total / (total + own))


def _parts(flow: Flow, total: int, crowd: Crowd) -> Iterator[_Part]:
    """All recipients, then those of a domain or a zone alone."""
    if len(crowd.zones) == 1:
        flow = replace(flow, awake=crowd.zones[0][0])
    yield _Part(flow, total)
    for domain, n in crowd.domains.items():
        yield _Part(flow.to(domain), n, domain)
    if len(crowd.zones) > 1:
        for awake, n in crowd.zones:
            yield _Part(replace(flow, awake=awake), n)


def _in_time(whole: _Part, parts: Sequence[_Part], start: datetime, until: datetime) -> int:
    """As many as every bound lets through before a moment."""
    zones = [part for part in parts if not part.domain] or [whole]
    domains = [part for part in parts if part.domain]
    unbound = whole.n - sum(part.n for part in domains)
    return int(
        min(
            whole.n,
            whole.flow.sent(start, until),
            sum(min(part.n, part.flow.sent(start, until)) for part in zones),
            unbound + sum(min(part.n, part.flow.sent(start, until)) for part in domains),
        )
    )


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
