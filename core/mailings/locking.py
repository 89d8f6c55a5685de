"""What every step on a mailing begins and ends with."""

from core.db import Transaction
from core.mailings import queries
from core.mailings.models import Mailing
from core.notices import notify
from core.scheduling import queries as schedules
from core.users.models import User


async def lock(tx: Transaction, actor: User, mailing_id: int) -> Mailing:
    """The mailing, ours until the transaction ends."""
    # The schedule first: whoever starts what is due takes the two in this order.
    mailing = await queries.get(tx, actor, mailing_id)
    await schedules.find(tx, mailing, lock=True)
    await tx.refresh(mailing, ["status", "held_because"], with_for_update={"key_share": True})
    return mailing


async def tell(tx: Transaction, mailing: Mailing, *, stopped: bool = False) -> None:
    """Let workers and live cards know once it is committed."""
    await tx.flush()
    if stopped:
        await notify(tx, "mailing_stopped", mailing.id)
    await notify(tx, "mailing_changed", mailing.id)
