"""Suspending an owner: nothing of theirs is sent until an administrator lifts it."""

from datetime import datetime

from sqlalchemy import select

from core.db import Transaction
from core.errors import Forbidden
from core.i18n import N_
from core.mailings.models import Mailing
from core.sessions.service import end_all
from core.users.models import User

BLOCKED = N_("This account is suspended: nothing can be sent. Please write to the administrator.")

NOT_YET = N_(
    "An administrator has to let you in first. I will tell you here; meanwhile you can write "
    "messages and add clients."
)
REFUSED = N_("An administrator has not let you in, so nothing can be sent.")
LEAVING = N_("Your account is going to be erased. Keep it first: Profile → Data and account.")


async def freezable(tx: Transaction, owner_id: int) -> list[int]:
    """The owner's active mailings."""
    active = select(Mailing.id).where(Mailing.owner_id == owner_id, Mailing.status == "active")
    return list(await tx.scalars(active.order_by(Mailing.id)))


async def mark(tx: Transaction, user_id: int, now: datetime | None) -> User:
    """Suspend (`now`) or let go (None); who is suspended is signed out of the site."""
    user = await tx.get_one(User, user_id, with_for_update=True)
    if now is None or user.blocked_at is None:
        user.blocked_at = now
    if now is not None:
        await end_all(tx, user_id)
    await tx.flush()
    return user


async def check(tx: Transaction, owner_id: int) -> None:
    """Forbidden in words for the mailings of an owner who may not send (any more, or yet)."""
    asked = select(User.blocked_at, User.admission, User.delete_at).where(User.id == owner_id)
    blocked_at, admission, delete_at = (await tx.execute(asked)).one()
    if blocked_at:
        raise Forbidden(BLOCKED)
    if admission != "approved":
        raise Forbidden(NOT_YET if admission == "waiting" else REFUSED)
    if delete_at:
        raise Forbidden(LEAVING)
