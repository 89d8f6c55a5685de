"""Which mailings stand on a message."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.db import Transaction
from core.mailings.models import Mailing
from core.users.models import User


async def of_message(tx: Transaction, owner: User, message_id: int) -> list[Mailing]:
    """The owner's mailings that would send this message, the newest first."""
    query = (
        select(Mailing)
        .options(joinedload(Mailing.message))
        .where(
            Mailing.owner_id == owner.id,
            Mailing.message_id == message_id,
            Mailing.status != "finished",
        )
    )
    return list(await tx.scalars(query.order_by(Mailing.id.desc())))
