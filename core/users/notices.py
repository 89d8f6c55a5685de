"""What an owner is told of by itself; each kind can be turned off."""

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Transaction
from core.i18n import N_
from core.users.models import TelegramAccount, User

KINDS = {
    "report": N_("The outcome when a sending is finished"),
    "not_started": N_("A sending could not start"),
    "account": N_("The mail account fails, a sending stands still"),
    "bounces": N_("Many letters come back"),
    "reply": N_("A client answered a letter"),
    "digest": N_("The week in numbers, on Monday morning"),
}


class MutedNotice(Base):
    """A kind of notice that an owner has turned off."""

    __tablename__ = "muted_notices"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(primary_key=True)


async def muted(tx: Transaction, user_id: int) -> frozenset[str]:
    """The kinds that are off."""
    found = await tx.scalars(select(MutedNotice.kind).where(MutedNotice.user_id == user_id))
    return frozenset(found)


async def switch(tx: Transaction, user: User, kind: str, on: bool) -> frozenset[str]:
    """Turn a kind on or off; says which are off now."""
    if on:
        mine = (MutedNotice.user_id == user.id, MutedNotice.kind == kind)
        await tx.execute(delete(MutedNotice).where(*mine))
    elif kind in KINDS:
        new = insert(MutedNotice).values(user_id=user.id, kind=kind)
        await tx.execute(new.on_conflict_do_nothing())
    return await muted(tx, user.id)


async def chats(tx: Transaction, user_id: int) -> list[TelegramAccount]:
    """Where an owner can be told something."""
    query = select(TelegramAccount).where(
        TelegramAccount.user_id == user_id, TelegramAccount.blocked_at.is_(None)
    )
    return list(await tx.scalars(query.order_by(TelegramAccount.telegram_id)))
