"""How much an account may send, and when again: pure counting, and who may be an owner's server."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from math import ceil
from typing import Protocol

EVERYBODY = "*"  # the limits of every recipient domain that has none of its own
Address = IPv4Address | IPv6Address

NAT64 = IPv6Network("64:ff9b::/96")
PORTS = (25, 465, 587, 2525)  # where mail servers listen: an owner's account tries no others


@dataclass(frozen=True, slots=True)
class Limits:
    """So many mails and no more; None does not limit."""

    per_second: int | None = None
    per_hour: int | None = None
    per_day: int | None = None

    @property
    def any(self) -> bool:
        """Whether there is something to count."""
        return (self.per_second, self.per_hour, self.per_day) != (None, None, None)


@dataclass(frozen=True)
class Quota:
    """So many mails a day of one owner's mailings, through all accounts together."""

    owner_id: int
    per_day: int


@dataclass(frozen=True)
class Account:
    """Through whom mails go: its name in the ledger, and what it may send.

    `domains` are the limits for the recipients of a domain. `warm_up` is the ceiling of each day
    from `warm_up_from` on. An account without an `id` has no row and no limits. `quota` is that
    of the owner whose mails are to be sent.
    """

    name: str
    id: int = 0
    own_limits: Limits = Limits()
    domains: Mapping[str, Limits] = field(default_factory=dict)
    warm_up: tuple[int, ...] = ()
    warm_up_from: date | None = None
    quota: Quota | None = None

    @property
    def limited(self) -> bool:
        """Whether anything about it is counted."""
        limits = self.own_limits.any or bool(self.domains) or self.warm_up_from is not None
        return limits or self.quota is not None

    def limits(self, domain: str, now: datetime) -> Limits:
        """What may go to a domain, or for "" what may go in all."""
        if domain:
            return self.domains.get(domain) or self.domains.get(EVERYBODY) or Limits()
        ceiling, most = self.ceiling(now), self.own_limits.per_day
        if ceiling is None:
            return self.own_limits
        return replace(self.own_limits, per_day=ceiling if most is None else min(most, ceiling))

    def ceiling(self, now: datetime) -> int | None:
        """The warm-up's for today; None once it is over."""
        if self.warm_up_from is None:
            return None
        day = max(0, (now.astimezone(UTC).date() - self.warm_up_from).days)
        return self.warm_up[day] if day < len(self.warm_up) else None


class Use(Protocol):
    """What has been given out: in this hour, on this day, and until when the pace is taken."""

    hour: datetime
    hour_used: int
    day: datetime
    day_used: int
    free_at: datetime


@dataclass(frozen=True)
class Room:
    """How many mails may go now; where not all that were wanted may, when more.

    `by_quota` when it is the owner's quota that allows no more, not the account.
    """

    size: int
    again_at: datetime | None = None
    by_quota: bool = False


def room(limits: Limits, use: Use, wanted: int, now: datetime) -> Room:
    """What is left of every limit. `use` is of this hour and this day."""
    left: list[tuple[int, datetime]] = []
    if limits.per_hour is not None:
        left.append((limits.per_hour - use.hour_used, use.hour + timedelta(hours=1)))
    if limits.per_day is not None:
        left.append((limits.per_day - use.day_used, use.day + timedelta(days=1)))
    if limits.per_second is not None:
        most = batch(limits.per_second)
        due = (0, use.free_at) if use.free_at > now else (most, now + most * gap(limits.per_second))
        left.append(due)
    size = max(0, min(wanted, *(mails for mails, _ in left))) if left else wanted
    ends = [end for mails, end in left if mails <= size]
    return Room(size, max(ends) if ends and size < wanted else None)


def batch(per_second: int) -> int:
    """As many mails as are given out together under a limit per second."""
    return max(1, per_second // 10)


def gap(per_second: int) -> timedelta:
    """The pace of one mail. Batches of `batch` at this pace never exceed the limit in any second:
    at most ceil(rate / batch) of them begin within one, whenever it begins."""
    return timedelta(microseconds=ceil(1_000_000 / (per_second - batch(per_second) + 1)))


def spacing(limits: Limits) -> timedelta:
    """The pace that all the limits allow together, for planning ahead."""
    return max(
        timedelta(seconds=1) / limits.per_second if limits.per_second else timedelta(),
        timedelta(hours=1) / limits.per_hour if limits.per_hour else timedelta(),
        timedelta(days=1) / limits.per_day if limits.per_day else timedelta(),
    )


def hour_of(now: datetime) -> datetime:
    """When this hour began."""
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_of(now: datetime) -> datetime:
    """When this day began (UTC)."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def domain_of(address: str) -> str:
    """The recipient domain as limits know it."""
    return address.rpartition("@")[2].lower()


def fair_share(total: int, taken_by_others: int, others: int) -> int:
    """Connections for one more who sends; 0 when it must wait until the others give some back."""
    return max(0, min(total - taken_by_others, max(1, total // (others + 1))))


def public(address: str) -> bool:
    """Whether an address is on the Internet: not this machine, its networks or its cloud."""
    found = ip_address(address.partition("%")[0])
    return all(each.is_global and not each.is_multicast for each in (found, *_within(found)))


def _within(found: Address) -> list[Address]:
    """The addresses of version 4 that one of version 6 leads to."""
    if isinstance(found, IPv4Address):
        return []
    inner: list[Address] = [each for each in (found.ipv4_mapped, found.sixtofour) if each]
    if found in NAT64:
        inner.append(IPv4Address(int(found) & 0xFFFF_FFFF))
    return [*inner, *(found.teredo or ())]
