"""What an owner is to be told of in chat: a row each, written where it becomes known.

The bot says it in the person's language and notes that; twice is better than never.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id, Json, Transaction

KEPT = timedelta(days=90)  # a key counts as used for so long
FRESH = timedelta(days=1)  # later it is news no more
AT_ONCE = 50


class News(Base):
    """Something to say. A `key` is told of once."""

    __tablename__ = "news"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    key: Mapped[str]
    data: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[datetime]
    told_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_news_untold", "id", postgresql_where=text("told_at IS NULL")),
    )


async def tell(
    tx: Transaction, user_ids: Sequence[int], kind: str, key: str, now: datetime, **data: Any
) -> None:
    """Let them know once the transaction commits; the same key again says nothing."""
    if not user_ids:
        return
    rows = [
        {"user_id": user, "kind": kind, "key": key, "data": data, "created_at": now}
        for user in user_ids
    ]
    await tx.execute(insert(News).values(rows).on_conflict_do_nothing())


async def untold(tx: Transaction, now: datetime) -> Sequence[News]:
    """The next to be said, oldest first."""
    query = select(News).where(News.told_at.is_(None), News.created_at > now - FRESH)
    return (await tx.scalars(query.order_by(News.id).limit(AT_ONCE))).all()


async def told(tx: Transaction, news_id: int, now: datetime) -> None:
    """It was said, or nobody wants to hear it."""
    await tx.execute(update(News).where(News.id == news_id).values(told_at=now))


async def forget_old(tx: Transaction, now: datetime) -> int:
    """Drop some of the oldest; says how many."""
    old = text("""
        DELETE FROM news WHERE id IN (SELECT id FROM news WHERE created_at < :before LIMIT 5000)
    """)
    dropped = await tx.execute(old, {"before": now - KEPT})
    return dropped.rowcount  # type: ignore[attr-defined,no-any-return]  # of a DELETE
