"""Who is let in: anybody, after an administrator's yes, or by an invitation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from core.db import Transaction
from core.errors import Forbidden
from core.i18n import N_
from core.notices import notify
from core.users.models import AdmissionAsk, TelegramAccount, User

Mode = Literal["open", "approval", "invitation"]

CHANNEL = "user_admission"
BY_INVITATION = N_(
    "Registration is by invitation: open the link that the administrator gave you. If you have "
    "an account already, sign in."
)


def first(mode: Mode, *, invited: bool) -> str:
    """What a newcomer's admission begins as; Forbidden without an invitation where one is needed.

    Who made the invitation has said yes already.
    """
    if mode == "invitation" and not invited:
        raise Forbidden(BY_INVITATION)
    return "waiting" if mode == "approval" and not invited else "approved"


async def decide(tx: Transaction, user_id: int, answer: str) -> bool:
    """Let somebody in or not; False when another administrator was first."""
    waiting = (User.id == user_id, User.admission == "waiting")
    decided = update(User).where(*waiting).values(admission=answer, verdict_untold=True)
    if await tx.scalar(decided.returning(User.id)) is None:
        return False
    await notify(tx, CHANNEL, user_id)
    return True


async def revise(tx: Transaction, user_id: int, answer: str) -> None:
    """Another answer than before."""
    values = {"admission": answer, "verdict_untold": True}
    await tx.execute(update(User).where(User.id == user_id).values(values))
    await notify(tx, CHANNEL, user_id)


async def unasked(tx: Transaction) -> Sequence[User]:
    """Newcomers whose address is proven and whom no administrator was asked about."""
    query = select(User).where(
        User.admission == "waiting",
        User.email_confirmed_at.is_not(None),
        User.admission_asked_at.is_(None),
        User.delete_at.is_(None),
    )
    return (await tx.scalars(query.order_by(User.id).limit(20))).all()


async def decided(tx: Transaction) -> Sequence[User]:
    """Those who have not heard their answer, or whose question still stands in a chat."""
    asked = select(AdmissionAsk.user_id).where(AdmissionAsk.user_id == User.id)
    query = select(User).where(User.admission != "waiting", User.verdict_untold | asked.exists())
    return (await tx.scalars(query.order_by(User.id).limit(20))).all()


async def asked(tx: Transaction, user_id: int, chat_id: int, message_id: int) -> None:
    """A question stands in an administrator's chat."""
    row = insert(AdmissionAsk).values(user_id=user_id, chat_id=chat_id, message_id=message_id)
    known = ["user_id", "chat_id"]
    newer = row.on_conflict_do_update(index_elements=known, set_={"message_id": message_id})
    await tx.execute(newer)


async def asked_all(tx: Transaction, user_id: int, now: datetime) -> None:
    """Every administrator with a chat has been asked."""
    await tx.execute(update(User).where(User.id == user_id).values(admission_asked_at=now))


async def questions(tx: Transaction, user_id: int) -> Sequence[AdmissionAsk]:
    """The messages that asked."""
    return (await tx.scalars(select(AdmissionAsk).where(AdmissionAsk.user_id == user_id))).all()


async def told(tx: Transaction, user_id: int, answer: str) -> None:
    """They have heard this answer, and every question has turned into it."""
    await tx.execute(delete(AdmissionAsk).where(AdmissionAsk.user_id == user_id))
    same = (User.id == user_id, User.admission == answer)  # or there is another to be told
    await tx.execute(update(User).where(*same).values(verdict_untold=False))


async def administrators(tx: Transaction) -> Sequence[TelegramAccount]:
    """Where administrators can be asked."""
    query = (
        select(TelegramAccount)
        .join(User, User.id == TelegramAccount.user_id)
        .where(User.is_admin, User.blocked_at.is_(None), TelegramAccount.blocked_at.is_(None))
    )
    return (await tx.scalars(query.order_by(TelegramAccount.telegram_id))).all()
