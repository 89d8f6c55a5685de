"""Who a mailing goes to: all clients that receive mail, those chosen by hand, or by a rule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from core.clients.models import Client
from core.clients.queries import RECEIVING
from core.db import Transaction
from core.direct import row
from core.errors import Invalid
from core.i18n import N_
from core.mailings.models import Mailing, MailingClient
from core.mailings.segments import Segment, condition
from core.suppressions.models import Suppression
from core.users.models import User

NOBODY = N_("Nobody would get this mailing: choose at least one active client.")
MOST_CHOSEN = 10_000
EVERYBODY: ColumnElement[bool] = true()
TOO_MANY = N_("At most {most} clients can be chosen by hand. Choose all active clients instead.")


@dataclass(frozen=True)
class Audience:
    """How many get the mail, and how many of those meant are left out, by reason."""

    receiving: int
    unsubscribed: int = 0
    inactive: int = 0
    suppressed: int = 0


async def count(
    tx: Transaction,
    owner: User,
    chosen: Collection[int] | None,
    segment: Segment | None = None,
) -> Audience:
    """The audience of a mailing to come; without a choice and a rule it is everybody."""
    return await _count(tx, owner.id, meant(chosen, segment))


def meant(chosen: Collection[int] | None, segment: Segment | None = None) -> ColumnElement[bool]:
    """The condition for a client to be among those the owner means."""
    if segment is not None:
        return condition(segment)
    return EVERYBODY if chosen is None else _among(chosen)


async def count_of(tx: Transaction, mailing: Mailing) -> Audience:
    """The audience of a mailing's next run."""
    listed = select(MailingClient.client_id).where(MailingClient.mailing_id == mailing.id)
    if segment := rule_of(mailing):
        return await _count(tx, mailing.owner_id, condition(segment))
    everybody = mailing.audience == "all"
    return await _count(tx, mailing.owner_id, EVERYBODY if everybody else Client.id.in_(listed))


def rule_of(mailing: Mailing) -> Segment | None:
    """The rule that chooses a mailing's clients, if one does."""
    kept = mailing.segment if mailing.audience == "segment" else None
    return Segment.from_json(kept) if kept else None


async def chosen_for(tx: Transaction, mailing: Mailing) -> list[int] | None:
    """Ids of the clients chosen by hand; None when nobody is."""
    if mailing.audience != "chosen":
        return None
    query = select(MailingClient.client_id).where(MailingClient.mailing_id == mailing.id)
    return list(await tx.scalars(query.order_by(MailingClient.client_id)))


async def choose(
    tx: Transaction,
    owner: User,
    mailing: Mailing,
    audience: str,
    ids: Sequence[int] | None,
    segment: Segment | None = None,
) -> None:
    """Set who the mailing goes to; ids that are not the owner's are left out."""
    chosen = list(ids or ()) if audience == "chosen" else None
    rule = segment or Segment() if audience == "segment" else None
    if chosen is not None and len(chosen) > MOST_CHOSEN:
        raise Invalid(TOO_MANY, most=MOST_CHOSEN)
    if not (await count(tx, owner, chosen, rule)).receiving:
        raise Invalid(NOBODY)
    mailing.audience, mailing.segment = audience, rule.to_json() if rule else None
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
    if meant is EVERYBODY:
        found = await row(tx, _ALL, owner=owner_id)
    else:
        found = (await tx.execute(_counted(owner_id, meant))).one()
    receiving, unsubscribed, inactive, suppressed = found
    return Audience(receiving - suppressed, unsubscribed, inactive, suppressed)


def _counted(owner_id: int, meant: ColumnElement[bool]) -> Select[int, int, int, int]:
    theirs = (Client.owner_id == owner_id, meant)
    left = Client.unsubscribed_at.is_not(None)
    return select(
        func.count().filter(RECEIVING),
        func.count().filter(left),
        func.count().filter(~left, Client.active.is_(False)),
        _held_off(owner_id, meant),
    ).where(*theirs)


def _by_index(owner_id: ColumnElement[int]) -> Select[int, int, int, int]:
    """All the owner's clients in the same numbers, each from an index of its own: a card is drawn
    often, and no row of a million is looked at."""
    mine = select(func.count()).where(Client.owner_id == owner_id)
    left = Client.unsubscribed_at.is_not(None)
    total = mine.scalar_subquery()
    gone = mine.where(left).scalar_subquery()
    off = mine.where(~left, Client.active.is_(False)).scalar_subquery()
    return select(total - gone - off, gone, off, _held_off(owner_id, EVERYBODY))


def _held_off(owner_id: int | ColumnElement[int], meant: ColumnElement[bool]) -> Any:
    theirs = (Client.owner_id == owner_id, meant, RECEIVING, _suppressed(owner_id))
    return select(func.count()).where(*theirs).scalar_subquery()


def _suppressed(owner_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the address is held off, from this owner's mailings or from everybody's."""
    return exists().where(
        Suppression.email == func.lower(Client.email),
        or_(Suppression.owner_id == owner_id, Suppression.owner_id.is_(None)),
    )


_ALL = _by_index(bindparam("owner", type_=BigInteger))
