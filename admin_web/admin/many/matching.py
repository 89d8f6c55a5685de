"""All rows that a list's search and filters let through: how many, the first, some at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Select, func, select, tuple_

from admin_web.admin import dependents, filters
from admin_web.admin.dependents import Dependents
from admin_web.admin.filters import Wanted
from admin_web.admin.listing import narrowed
from admin_web.admin.resource import Resource, Row
from core.db import Transaction

SHOWN = 20
PATIENCE = 4.0  # seconds for counting


@dataclass(frozen=True)
class Matching:
    """The rows of a table that fit and were there when the question was asked."""

    resource: Resource
    asked: Wanted
    top: list[Any]  # the last key of the table at that moment

    @property
    def query(self) -> str:
        """Search and filters as a part of an address."""
        searched = {"q": self.asked.search} if self.asked.search else {}
        return urlencode({**searched, **self.asked.filters})

    def rows(self) -> Select[Any]:
        """The query of all of them."""
        until = tuple_(*self.resource.keys) <= tuple_(*self.top)
        return narrowed(self.resource, self.asked).where(until)


def asked_by(resource: Resource, query: str) -> Wanted:
    """Search and filters out of an address again; HTTPBadRequest for what is not allowed."""
    return filters.wanted(resource, dict(parse_qsl(query)))


async def now(tx: Transaction, resource: Resource, asked: Wanted) -> Matching | None:
    """What fits at this moment; None for an empty table."""
    last = select(*resource.keys).order_by(*(key.desc() for key in resource.keys)).limit(1)
    top = (await tx.execute(last)).first()
    return Matching(resource, asked, list(top)) if top else None


async def count(tx: Transaction, those: Matching) -> int | None:
    """How many; None where counting takes too long."""
    rows = those.rows().with_only_columns(*those.resource.keys).subquery()
    return await dependents.within(tx, select(func.count()).select_from(rows), PATIENCE)


async def first(tx: Transaction, those: Matching) -> Sequence[Row]:
    """Some of them, to be shown."""
    query = those.rows().order_by(*those.resource.keys).limit(SHOWN)
    return (await tx.scalars(query)).unique().all()


async def hanging(tx: Transaction, those: Matching) -> list[Dependents]:
    """What depends on any of them."""
    return await dependents.on(tx, those.resource, those.rows())


async def after(
    tx: Transaction, those: Matching, place: Sequence[Any] | None, most: int, *, lock: bool
) -> Sequence[Row]:
    """The next rows behind a place, or the first; never more at once than `most`."""
    keys = those.resource.keys
    query = those.rows().order_by(*keys).limit(most)
    if place is not None:
        query = query.where(tuple_(*keys) > tuple_(*place))
    if lock:
        query = query.with_for_update(of=those.resource.model)
    return (await tx.scalars(query)).unique().all()
