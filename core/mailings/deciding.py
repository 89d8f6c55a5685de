"""An administrator's answer about a mailing to many. The first one counts."""

from datetime import datetime

from sqlalchemy import update

from core.db import Transaction
from core.errors import Conflict, Forbidden
from core.i18n import N_
from core.mailings import approval, service
from core.mailings.locking import lock, tell
from core.mailings.models import Approval, Mailing
from core.users import news
from core.users.models import User

ADMINS_ONLY = N_("Only an administrator can decide about that.")
DECIDED = N_("This is decided already: {name} answered first.")
OVER = N_("This mailing waits for no answer any more.")


async def approve(tx: Transaction, admin: User, mailing_id: int, now: datetime) -> Mailing:
    """Let it go out; its owner is told."""
    mailing = await _decide(tx, admin, mailing_id, "approved", now)
    await approval.release(tx, mailing, now)
    await tell(tx, mailing)
    return mailing


async def decline(tx: Transaction, admin: User, mailing_id: int, now: datetime) -> Mailing:
    """It is over before it began; its owner is told."""
    mailing = await _decide(tx, admin, mailing_id, "declined", now)
    return await service.finish(tx, admin, mailing.id, now)


async def _decide(
    tx: Transaction, admin: User, mailing_id: int, decision: str, now: datetime
) -> Mailing:
    if not admin.is_admin:
        raise Forbidden(ADMINS_ONLY)
    mailing = await lock(tx, admin, mailing_id)
    if mailing.held_because != approval.WAITING:
        raise await _too_late(tx, mailing_id)
    answer = {"decision": decision, "decided_at": now, "decided_by": admin.id}
    await tx.execute(update(Approval).where(Approval.mailing_id == mailing_id).values(**answer))
    key = f"{decision}:{mailing_id}:{now.timestamp():.0f}"
    await news.tell(tx, [mailing.owner_id], decision, key, now, mailing=mailing_id)
    return mailing


async def _too_late(tx: Transaction, mailing_id: int) -> Conflict:
    given = await approval.of(tx, mailing_id)
    first = await tx.get(User, given.decided_by) if given and given.decided_by else None
    return Conflict(DECIDED, name=first.name) if first else Conflict(OVER)
