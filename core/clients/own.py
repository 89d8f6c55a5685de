"""An owner's own fields: what they may be called, and who has which.

A field's key is its placeholder in letters and never changes; its title may.
"""

import re
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from core.cache.service import Cache
from core.clients.columns import plain
from core.clients.models import Client, OwnField
from core.clients.own_values import KINDS
from core.db import Transaction
from core.errors import Conflict, Invalid, NotFound
from core.i18n import N_
from core.mail import placeholders
from core.typed import one_line, shortened
from core.users.models import User

MOST = 20
MAX_TITLE = 40
SLICE = 5000
_NOT_WORD = re.compile(r"[^\w]+")


def column_of(field: OwnField) -> str:
    """What the field is called among a client's columns."""
    return f"own{field.id}"


def columns_of(fields: list[OwnField]) -> dict[str, str]:
    """Which column of a file is which field: by its title."""
    return {plain(field.title): column_of(field) for field in fields}


def kinds_of(fields: list[OwnField]) -> dict[str, tuple[str, str]]:
    """The fields as forms are checked by."""
    return {column_of(field): (field.key, field.kind) for field in fields}


async def all_of(tx: Transaction, owner: User) -> list[OwnField]:
    """The owner's fields, the oldest first."""
    query = select(OwnField).where(OwnField.owner_id == owner.id).order_by(OwnField.id)
    return list(await tx.scalars(query))


async def kept(cache: Cache, owner: User) -> list[OwnField]:
    """The same, read once until one of them changes."""
    query = select(OwnField).where(OwnField.owner_id == owner.id).order_by(OwnField.id)
    return await cache.get_or_set_cache(query, is_queryset_all=True)


async def get(tx: Transaction, owner: User, field_id: int) -> OwnField:
    """One field; somebody else's is not found."""
    query = select(OwnField).where(OwnField.owner_id == owner.id, OwnField.id == field_id)
    found = await tx.scalar(query)
    if found is None:
        raise NotFound
    return found


async def add(tx: Transaction, owner: User, title: str, kind: str, now: datetime) -> OwnField:
    """A new field; Conflict when there is one of that name, or too many."""
    title = check_title(title)
    key = check_key(title)
    await tx.execute(select(User.id).where(User.id == owner.id).with_for_update())
    present = await all_of(tx, owner)
    if len(present) >= MOST:
        raise Conflict(N_("There are {most} own fields already; delete one first."), most=MOST)
    if key in {each.key for each in present}:
        raise Conflict(N_("There is a field “{title}” already."), title=title)
    if kind not in KINDS:
        raise NotFound
    field = OwnField(owner_id=owner.id, key=key, title=title, kind=kind, created_at=now)
    tx.add(field)
    await tx.flush()
    return field


async def rename(tx: Transaction, owner: User, field_id: int, title: str) -> OwnField:
    """Another title; the placeholder stays, since letters use it."""
    field = await get(tx, owner, field_id)
    field.title = check_title(title)
    await tx.flush()
    return field


async def remove(tx: Transaction, owner: User, field_id: int) -> str:
    """Delete a field; its key, for `forget_values`."""
    field = await get(tx, owner, field_id)
    await tx.delete(field)
    await tx.flush()
    return field.key


async def forget_values(tx: Transaction, owner: User, key: str) -> bool:
    """Take a slice of a deleted field's values out; True while there may be more."""
    having = select(Client.id).where(Client.owner_id == owner.id, Client.own.has_key(key))
    slice_ = having.order_by(Client.id).limit(SLICE).with_for_update()
    done = await tx.execute(
        update(Client)
        .where(Client.id.in_(slice_))
        .values(own=Client.own.op("-", return_type=JSONB)(key))
        .returning(Client.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all()) == SLICE


async def filled(tx: Transaction, owner: User) -> dict[str, int]:
    """How many clients have each field."""
    key = func.jsonb_object_keys(Client.own).label("key")
    mine = (Client.owner_id == owner.id, Client.own != text("'{}'"))
    each = select(key).where(*mine).subquery()
    query = select(each.c.key, func.count()).group_by(each.c.key)
    return {key: n for key, n in await tx.execute(query)}  # noqa: C416  rows are no pairs to mypy


def check_title(title: str) -> str:
    """A name of one line that a button can show."""
    title = one_line(title)
    if not 0 < len(title) <= MAX_TITLE or not any(c.isalpha() for c in title):
        raise Invalid(
            N_("A name of 1 to {limit} characters is expected, for example: Birthday"),
            limit=MAX_TITLE,
        )
    return title


def check_key(title: str) -> str:
    """The placeholder for a title: «День рождения» is `день_рождения`."""
    key = _NOT_WORD.sub("_", title.lower()).strip("_")
    while key[:1].isdigit() or key[:1] == "_":
        key = key[1:]
    taken = {placeholders.canonical(each) for each in (key, key.replace("_", "-"))}
    if not key or taken & set(placeholders.KNOWN):
        raise Invalid(
            N_("“{title}” is a name that clients have already. Please choose another one."),
            title=shortened(title),
        )
    return key
