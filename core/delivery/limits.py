"""What may be claimed within the limits of the account that sends it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

from core.accounts import grants, rules
from core.accounts.rules import Account
from core.db import Transaction
from core.delivery import claims
from core.delivery.claims import Claim, Row

AT_LENGTH = 1000  # moments kept in mind: those soon enough for a share


class LimitReached(Exception):
    """The account, or the owner, has sent all it may for now; `until` is when it may again."""

    def __init__(self, account: Account, until: datetime, *, by_quota: bool = False) -> None:
        self.until = until
        self.because = "quota" if by_quota else "limit"
        super().__init__(f"{account.name} may send again at {until:%H:%M:%S}")


@dataclass
class Allowance:
    """Claims of one share within an account's limits.

    Rows whose recipient domain has no room are put off, each to a moment of its own at the pace
    of the limit, so that others go first and none is looked at again and again. `next_at` says
    after an empty claim when there may be more.
    """

    account: Account
    next_at: datetime | None = None
    exhausted: bool = False  # the account as a whole
    by_quota: bool = False  # or the owner
    _planned: dict[str, datetime] = field(default_factory=dict)
    _soon: list[datetime] = field(default_factory=list)

    async def take(
        self, tx: Transaction, run_id: int, size: int, now: datetime, name: str | None
    ) -> Claim:
        """Claim up to `size` rows that may be sent now; their grants are taken with them."""
        if not self.account.limited:
            claim = await claims.take(tx, run_id, size, now, name)
            self.next_at = now if claim.asleep else None
            return claim
        room = await grants.room(tx, self.account, size, now)
        self.exhausted, self.next_at = not room.size, room.again_at
        self.by_quota = room.by_quota
        if self.exhausted:
            return Claim()
        claimed = await claims.take(tx, run_id, room.size, now, name)
        claim = await self._within_domains(tx, run_id, claimed, now)
        domains = [rules.domain_of(row.email) for row in claim.rows]
        await grants.spend(tx, self.account, domains, now)
        if claim.empty:
            self.next_at = now if claimed.rows or claimed.asleep else self._next(now)
        return claim

    async def _within_domains(
        self, tx: Transaction, run_id: int, claim: Claim, now: datetime
    ) -> Claim:
        wanted = Counter(rules.domain_of(row.email) for row in claim.rows)
        rooms = await grants.room_by_domain(tx, self.account, wanted, now)
        left = {domain: room.size for domain, room in rooms.items()}
        kept: list[Row] = []
        over: dict[int, datetime] = {}
        for row in claim.rows:
            domain = rules.domain_of(row.email)
            if left.get(domain) != 0:
                kept.append(row)
                left.update({domain: left[domain] - 1} if domain in left else {})
            else:
                over[row.client_id] = self._plan(domain, rooms[domain].again_at, now)
        if over:
            await claims.put_off(tx, run_id, claim.rows[0].claim, over)
        return Claim(kept, claim.skipped, claim.frozen)

    def _plan(self, domain: str, again_at: datetime | None, now: datetime) -> datetime:
        """The next moment of a domain that nobody has been given yet."""
        pace = rules.spacing(self.account.limits(domain, now))
        earliest = again_at or now
        last = self._planned.get(domain)
        planned = max(earliest, last + pace) if last else earliest
        self._planned[domain] = planned
        if len(self._soon) < AT_LENGTH:
            heappush(self._soon, planned)
        return planned

    def _next(self, now: datetime) -> datetime | None:
        while self._soon and self._soon[0] <= now:
            heappop(self._soon)
        return self._soon[0] if self._soon else None


async def give_back(
    tx: Transaction,
    account: Account,
    returned: Sequence[tuple[str, str]],
    granted_at: dict[str, datetime],
    now: datetime,
) -> None:
    """Give the grants of rows back that were never handed over: each by its claim and address."""
    for claim in sorted({claim for claim, _ in returned}):
        domains = [rules.domain_of(email) for of, email in returned if of == claim]
        await grants.give_back(tx, account, domains, granted_at[claim], now)
