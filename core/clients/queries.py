"""Clients as their owner sees them."""

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Text, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from core.clients.models import SEARCHED, Client
from core.db import Transaction
from core.errors import NotFound
from core.pages import Page, page_of
from core.users.models import User

RECEIVING: ColumnElement[bool] = and_(Client.active, Client.unsubscribed_at.is_(None))
_NOT_DIGITS = re.compile(r"\D+")


@dataclass(frozen=True)
class Counts:
    """`active` receive mail; `unsubscribed` and `inactive` do not, nobody counts twice."""

    total: int
    active: int
    unsubscribed: int
    inactive: int


def of(owner: User) -> Select[Client]:
    """Every client of an owner."""
    return select(Client).where(Client.owner_id == owner.id)


async def get(tx: Transaction, owner: User, client_id: int, *, lock: bool = False) -> Client:
    """One client; somebody else's is not found."""
    query = of(owner).where(Client.id == client_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = await tx.scalar(query)
    if found is None:
        raise NotFound
    return found


async def by_email(tx: Transaction, owner: User, email: str) -> Client | None:
    """The client with an address, if the owner has one."""
    return await tx.scalar(of(owner).where(func.lower(Client.email) == email.lower()))


async def page(
    tx: Transaction,
    owner: User,
    offset: int = 0,
    limit: int = 8,
    *,
    search: str = "",
    receiving: bool = False,
) -> Page[Client]:
    """The newest first; `receiving` leaves out who gets no mail."""
    query = of(owner).order_by(Client.id.desc())
    if search.strip():
        query = query.where(matching(search))
    if receiving:
        query = query.where(RECEIVING)
    return await page_of(tx, query, offset, limit)


async def everybody(tx: Transaction, owner: User) -> list[Client]:
    """The whole list, the oldest first."""
    return list(await tx.scalars(of(owner).order_by(Client.id)))


async def search(tx: Transaction, owner: User, text: str, limit: int = 8) -> list[Client]:
    """Clients whose name, address, phone or tag has the text."""
    return (await page(tx, owner, 0, limit, search=text)).rows


def matching(text: str) -> ColumnElement[bool]:
    """Each word in the name or the address, or a whole tag, or the digits in the phone.

    Both ways go by an index: clients are searched for among a million, too.
    """
    return and_(*(_matching(word) for word in text.split()[:5])) | _has_phone(text)


def _matching(word: str) -> ColumnElement[bool]:
    plain = word.lstrip("#")
    spellings = {plain, plain.lower(), plain.upper(), plain.capitalize()}
    tagged = Client.tags.overlap(literal(sorted(spellings), ARRAY(Text)))
    return or_(tagged, SEARCHED.contains(plain.lower(), autoescape=True))


def _has_phone(text: str) -> ColumnElement[bool]:
    digits = _NOT_DIGITS.sub("", text)
    if len(digits) < 4 or re.search(r"[^\W\d_]|@", text):
        return Client.id.is_(None)
    # 8 999 in Russia is +7 999: the trunk digit is not part of the number.
    return Client.phone.contains(digits[1:] if digits.startswith("8") else digits)


async def count_active(tx: Transaction, owner: User) -> int:
    """How many would get a mail now."""
    query = select(func.count()).where(Client.owner_id == owner.id, RECEIVING)
    return (await tx.execute(query)).scalar_one()


async def counts(tx: Transaction, owner: User) -> Counts:
    """The whole list in four numbers."""
    left = Client.unsubscribed_at.is_not(None)
    query = select(
        func.count(),
        func.count().filter(RECEIVING),
        func.count().filter(left),
        func.count().filter(~left, ~Client.active),
    ).where(Client.owner_id == owner.id)
    return Counts(*(await tx.execute(query)).one())
