"""A mailing to many waits for an administrator's yes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from core.db import Transaction
from core.i18n import N_
from core.mailings.models import Approval, Mailing
from core.scheduling import service as scheduling
from core.users import news
from core.users.models import User

WAITING = "approval"  # what such a mailing is held because of
GROWTH = 1.1  # a yes covers so many times the recipients it was given for

OPEN = (
    Approval.decision.is_(None),
    Mailing.held_because == WAITING,
    Mailing.hidden_at.is_(None),
)

WAITS = N_("This mailing waits for an administrator's yes. You will be told here.")


async def review(
    tx: Transaction,
    mailing: Mailing,
    owner: User,
    recipients: int,
    version_id: int | None,
    above: int,
    now: datetime,
) -> bool:
    """Ask, where more than `above` (0: any number) would get what nobody has said yes to.

    Says whether the mailing waits now; one that need not wait any more goes on.
    """
    if not above or owner.is_admin:
        return False
    if recipients > above and not await _covered(tx, mailing, recipients, version_id):
        await _ask(tx, mailing, owner, recipients, version_id, now)
        return True
    if mailing.held_because == WAITING:
        await release(tx, mailing, now)
    return False


async def release(tx: Transaction, mailing: Mailing, now: datetime) -> None:
    """It waits no more; a date that came meanwhile counts from now."""
    mailing.status, mailing.frozen_at, mailing.held_because = "active", None, None
    schedule = await scheduling.resume(tx, mailing, now, "ask")
    if schedule.paused and schedule.missed != "ask":
        await scheduling.resume(tx, mailing, now, "run_once")


async def of(tx: Transaction, mailing_id: int) -> Approval | None:
    """What was asked about a mailing, and answered."""
    return await tx.get(Approval, mailing_id, populate_existing=True)


async def waiting(tx: Transaction, limit: int) -> Sequence[tuple[Mailing, int]]:
    """Mailings that wait for a yes, with the recipients it is asked for, the longest first."""
    query = select(Mailing, Approval.recipients).join(Approval, Approval.mailing_id == Mailing.id)
    query = query.where(*OPEN).options(joinedload(Mailing.message)).order_by(Approval.asked_at)
    return [(mailing, n) for mailing, n in await tx.execute(query.limit(limit))]


async def count(tx: Transaction) -> int:
    """How many wait for a yes."""
    query = select(func.count()).join_from(Approval, Mailing, Approval.mailing_id == Mailing.id)
    return (await tx.execute(query.where(*OPEN))).scalar_one()


async def _covered(
    tx: Transaction, mailing: Mailing, recipients: int, version_id: int | None
) -> bool:
    """Whether the yes there is was given for this text and about so many."""
    given = await of(tx, mailing.id)
    return (
        given is not None
        and given.decision == "approved"
        and given.version_id == version_id
        and recipients <= given.recipients * GROWTH
    )


async def _ask(
    tx: Transaction,
    mailing: Mailing,
    owner: User,
    recipients: int,
    version_id: int | None,
    now: datetime,
) -> None:
    mailing.status, mailing.frozen_at, mailing.held_because = "frozen", now, WAITING
    await scheduling.pause(tx, mailing)
    asked = {"recipients": recipients, "version_id": version_id, "asked_at": now}
    anew = asked | {"decision": None, "decided_at": None, "decided_by": None}
    row = insert(Approval).values(mailing_id=mailing.id, **anew)
    await tx.execute(row.on_conflict_do_update(index_elements=["mailing_id"], set_=anew))
    admins = select(User.id).where(User.is_admin, User.blocked_at.is_(None), User.id != owner.id)
    key = f"approval:{mailing.id}:{now.timestamp():.0f}"
    to = (await tx.scalars(admins)).all()
    await news.tell(tx, to, "approval", key, now, mailing=mailing.id)
