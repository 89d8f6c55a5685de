"""How many mails a day an owner's mailings may send, whatever account they go out through."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.accounts import rules
from core.accounts.models import OwnerUse
from core.accounts.rules import Quota, Room
from core.db import Transaction
from core.users.models import User

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """A quota with what of it is used today; a new one begins at `again_at`."""

    per_day: int
    used: int
    again_at: datetime

    @property
    def left(self) -> int:
        """How many may still go today."""
        return max(0, self.per_day - self.used)


async def of(tx: Transaction, owner_id: int) -> Quota | None:
    """The owner's quota, None where there is none."""
    per_day = await tx.scalar(select(User.daily_quota).where(User.id == owner_id))
    return Quota(owner_id, per_day) if per_day is not None else None


async def standing(tx: Transaction, owner_id: int, now: datetime) -> Standing | None:
    """How an owner's day stands, to be shown."""
    quota = await of(tx, owner_id)
    if quota is None:
        return None
    use = await tx.get(OwnerUse, owner_id, populate_existing=True)
    used = use.used if use and use.day == rules.day_of(now) else 0
    return Standing(quota.per_day, used, rules.day_of(now) + DAY)


async def room(tx: Transaction, quota: Quota, wanted: int, now: datetime) -> Room:
    """How many of `wanted` the owner may send today."""
    use = await _use(tx, quota.owner_id, now)
    size = max(0, min(wanted, quota.per_day - use.used))
    return Room(size, use.day + DAY if size < wanted else None, by_quota=True)


async def spend(tx: Transaction, quota: Quota, mails: int, now: datetime) -> None:
    """Take so many of today's."""
    use = await _use(tx, quota.owner_id, now)
    use.used += mails


async def give_back(
    tx: Transaction, quota: Quota, mails: int, granted_at: datetime, now: datetime
) -> None:
    """What was taken today and not sent can be taken again."""
    use = await _use(tx, quota.owner_id, now)
    if use.day <= granted_at:
        use.used = max(0, use.used - mails)


async def _use(tx: Transaction, owner_id: int, now: datetime) -> OwnerUse:
    """The owner's row of this day, locked; `now` may be a little behind another's."""
    day = rules.day_of(now)
    mine = select(OwnerUse).where(OwnerUse.owner_id == owner_id).with_for_update()
    mine = mine.execution_options(populate_existing=True)
    use = await tx.scalar(mine)
    if use is None:
        new = insert(OwnerUse).values(owner_id=owner_id, day=day)
        await tx.execute(new.on_conflict_do_nothing())
        use = (await tx.scalars(mine)).one()
    if use.day < day:
        use.day, use.used = day, 0
    return use
