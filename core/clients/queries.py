"""Clients as their owner sees them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    TextClause,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from core.cache.service import Cache
from core.clients.models import SEARCHED, Client
from core.db import Transaction
from core.direct import columns, instances, rows
from core.errors import NotFound
from core.pages import Page, count
from core.users.models import User

RECEIVING: ColumnElement[bool] = and_(Client.active, Client.unsubscribed_at.is_(None))
MOST_FOUND = 500
NEWEST = 2000  # of a list, looked through before the index is asked
_NOT_DIGITS = re.compile(r"\D+")


def _listed(order: str) -> TextClause:
    return text(f"""
        SELECT {columns(Client, "c")} FROM clients c
        WHERE id IN (SELECT id FROM clients WHERE owner_id = :owner
                     ORDER BY id {order} OFFSET :passed LIMIT :size)
        ORDER BY id DESC
    """)  # noqa: S608  the pieces are written here


_FROM_NEWEST, _FROM_OLDEST = _listed("DESC"), _listed("ASC")


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


async def locked(tx: Transaction, client_ids: Collection[int]) -> Sequence[Client]:
    """Clients, whoever's they are, ours until the transaction ends; those gone are left out."""
    query = select(Client).where(Client.id.in_(client_ids)).order_by(Client.id).with_for_update()
    return (await tx.scalars(query.execution_options(populate_existing=True))).all()


async def by_email(tx: Transaction, owner: User, email: str) -> Client | None:
    """The client with an address, if the owner has one."""
    return await tx.scalar(of(owner).where(address_is(email)))


async def newest(
    tx: Transaction, owner: User, meant: ColumnElement[bool] | None = None
) -> Client | None:
    """Who came last of those that get mail; `meant` narrows them."""
    theirs = of(owner).where(RECEIVING, true() if meant is None else meant)
    return await tx.scalar(theirs.order_by(Client.id.desc()).limit(1))


def address_is(email: str) -> ColumnElement[bool]:
    """Whether a client has the address, in capitals or not."""
    return func.lower(Client.email) == email.lower()


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
    if search.strip():
        return await _found(tx, owner, search, offset, limit, receiving)
    query = of(owner)
    if receiving:
        query = query.where(RECEIVING)
    return await _page(tx, query, await count(tx, query), offset, limit)


async def list_page(
    tx: Transaction, owner: User, total: int, offset: int, limit: int
) -> Page[Client]:
    """A page of the whole list, its length being known."""
    offset, size, before = _place(total, offset, limit)
    made, passed = (_FROM_NEWEST, offset) if offset <= before else (_FROM_OLDEST, before)
    found = await rows(tx, made, owner=owner.id, passed=passed, size=size)
    return Page([instances(each, Client)[0] for each in found], total, offset)


async def _page(
    tx: Transaction, query: Select[Client], total: int, offset: int, limit: int
) -> Page[Client]:
    """From whichever end is nearer: the last of many pages is as quick as the first. Those before
    the page are passed over in the index, not in the table."""
    offset, size, before = _place(total, offset, limit)
    ids = query.with_only_columns(Client.id)
    if offset <= before:
        ids = ids.order_by(Client.id.desc()).offset(offset).limit(limit)
    else:
        ids = ids.order_by(Client.id).offset(before).limit(size)
    rows = await tx.scalars(query.where(Client.id.in_(ids)).order_by(Client.id.desc()))
    return Page(list(rows), total, offset)


def _place(total: int, offset: int, limit: int) -> tuple[int, int, int]:
    """Where a page begins, how many it has, and how many stand before it from the other end."""
    last = max(0, total - 1) // limit * limit
    offset = max(0, min(offset, last))
    size = min(limit, total - offset)
    return offset, size, total - offset - size


async def _found(
    tx: Transaction, owner: User, search: str, offset: int, limit: int, receiving: bool
) -> Page[Client]:
    """The newest of what a search finds; beyond MOST_FOUND nobody turns pages."""
    ids = sorted(set(await tx.scalars(_hits(owner, search, receiving))), reverse=True)[:MOST_FOUND]
    last = max(0, len(ids) - 1) // limit * limit
    offset = max(0, min(offset, last))
    rows = await tx.scalars(of(owner).where(Client.id.in_(ids[offset : offset + limit])))
    return Page(sorted(rows, key=lambda row: -row.id), len(ids), offset)


def _hits(owner: User, search: str, receiving: bool) -> CompoundSelect[*tuple[int]]:
    """Ids, some of them twice.

    What nearly everybody has is found among the newest; only what is rarer is worth the index,
    which a frequent word makes slow. As a CTE the index's part is planned for all its rows and
    read for as many as are wanted: planned for those, it may come to read the whole table.
    """
    theirs = select(Client.id).where(Client.owner_id == owner.id)
    wanted = and_(matching(search), RECEIVING) if receiving else matching(search)
    newest = theirs.add_columns(wanted.label("fits")).order_by(Client.id.desc())
    seen = newest.limit(NEWEST).subquery()
    latest = select(seen.c.id).where(seen.c.fits).order_by(seen.c.id.desc()).limit(MOST_FOUND)
    near = latest.cte("near").prefix_with("MATERIALIZED")
    far = theirs.where(wanted).cte("far").prefix_with("MATERIALIZED")
    enough = select(func.count()).select_from(near).scalar_subquery() >= MOST_FOUND
    return union_all(select(near.c.id), select(far.c.id).where(~enough).limit(MOST_FOUND))


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
    return or_(tagged, has_word(plain))


def has_word(word: str) -> ColumnElement[bool]:
    """Somewhere in the name, the address or the phone; one too short for the index, which knows
    three letters in a row, at the beginning of one of them."""
    small = word.lower()
    if len(small) >= 3:
        return SEARCHED.contains(small, autoescape=True)
    later = SEARCHED.contains(f" {small}", autoescape=True)
    return or_(SEARCHED.startswith(small, autoescape=True), later)


def _has_phone(text: str) -> ColumnElement[bool]:
    digits = _NOT_DIGITS.sub("", text)
    if len(digits) < 4 or re.search(r"[^\W\d_]|@", text):
        return false()
    # 8 999 in Russia is +7 999: the trunk digit is not part of the number.
    return SEARCHED.contains(digits[1:] if digits.startswith("8") else digits)


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


async def counted(cache: Cache, owner: User) -> Counts:
    """The same, counted once until something changes: a million rows take their time."""

    async def load(tx: Transaction) -> list[int]:
        found = await counts(tx, owner)
        return [found.total, found.active, found.unsubscribed, found.inactive]

    return Counts(*await cache.kept(Client, owner.id, "client counts", load))
