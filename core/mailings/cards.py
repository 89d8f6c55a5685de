"""Which message in which chat shows a mailing and is to be kept up to date."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core.db import Transaction
from core.mailings.models import LiveCard


async def follow(
    tx: Transaction, chat_id: int, message_id: int, mailing_id: int, now: datetime
) -> None:
    """Keep `message_id` showing the mailing; a chat has one live card, the last one opened."""
    card = {"message_id": message_id, "mailing_id": mailing_id, "shown": "", "shown_at": now}
    await tx.execute(
        insert(LiveCard)
        .values(chat_id=chat_id, **card)
        .on_conflict_do_update(index_elements=["chat_id"], set_=card)
    )


async def unfollow(tx: Transaction, chat_id: int) -> None:
    """The chat shows something else now."""
    await tx.execute(delete(LiveCard).where(LiveCard.chat_id == chat_id))


async def followed(tx: Transaction) -> Sequence[LiveCard]:
    """Every live card."""
    return (await tx.scalars(select(LiveCard).order_by(LiveCard.chat_id))).all()
