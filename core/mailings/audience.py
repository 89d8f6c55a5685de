"""Who a mailing goes to: all clients that receive mail, or those chosen by hand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from core.clients.models import Client
from core.clients.queries import RECEIVING
from core.db import Transaction
from core.errors import Invalid
from core.i18n import N_
from core.mailings.models import Mailing, MailingClient
from core.users.models import User

NOBODY = N_("Nobody would get this mailing: choose at least one active client.")
MOST_CHOSEN = 10_000
TOO_MANY = N_("At most {most} clients can be chosen by hand. Choose all active clients instead.")


@dataclass(frozen=True)
class Audience:
    """How many get the mail, and how many of those meant are left out, by reason."""

    receiving: int
    unsubscribed: int = 0
    inactive: int = 0


async def count(tx: Transaction, owner: User, chosen: Collection[int] | None) -> Audience:
    """The audience of a mailing to come; `None` stands for all clients."""
    return await _count(tx, owner.id, meant(chosen))


def meant(chosen: Collection[int] | None) -> ColumnElement[bool]:
    """The condition for a client to be among those the owner means."""
    return true() if chosen is None else _among(chosen)


async def count_of(tx: Transaction, mailing: Mailing) -> Audience:
    """The audience of a mailing's next run."""
    listed = select(MailingClient.client_id).where(MailingClient.mailing_id == mailing.id)
    meant = true() if mailing.audience == "all" else Client.id.in_(listed)
    return await _count(tx, mailing.owner_id, meant)


async def chosen_for(tx: Transaction, mailing: Mailing) -> list[int] | None:
    """Ids of the clients chosen by hand; None when it goes to all."""
    if mailing.audience == "all":
        return None
    query = select(MailingClient.client_id).where(MailingClient.mailing_id == mailing.id)
    return list(await tx.scalars(query.order_by(MailingClient.client_id)))


async def choose(
    tx: Transaction, owner: User, mailing: Mailing, audience: str, ids: Sequence[int] | None
) -> None:
    """Set who the mailing goes to; ids that are not the owner's are left out."""
    chosen = None if audience == "all" else list(ids or ())
    if chosen is not None and len(chosen) > MOST_CHOSEN:
        raise Invalid(TOO_MANY, most=MOST_CHOSEN)
    if not (await count(tx, owner, chosen)).receiving:
        raise Invalid(NOBODY)
    mailing.audience = audience
    await tx.flush()
    await tx.execute(delete(MailingClient).where(MailingClient.mailing_id == mailing.id))
    if chosen is not None:
        theirs = select(literal(mailing.id), Client.id).where(
            Client.owner_id == owner.id, _among(chosen)
        )
        await tx.execute(insert(MailingClient).from_select(["mailing_id", "client_id"], theirs))


def _among(ids: Collection[int]) -> ColumnElement[bool]:
    return Client.id == func.any(literal(list(ids), ARRAY(BigInteger)))


async def _count(tx: Transaction, owner_id: int, meant: ColumnElement[bool]) -> Audience:
    left = Client.unsubscribed_at.is_not(None)
    query = select(
        func.count().filter(RECEIVING),
        func.count().filter(left),
        func.count().filter(~left, ~Client.active),
    ).where(Client.owner_id == owner_id, meant)
    return Audience(*(await tx.execute(query)).one())
