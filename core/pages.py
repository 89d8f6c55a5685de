"""A page of a list with the length of the whole."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from core.db import Transaction

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`rows` are those from `offset` on; `total` counts all."""

    rows: list[Row]
    total: int
    offset: int


async def page_of(tx: Transaction, query: Select[Row], offset: int, limit: int) -> Page[Row]:
    """Run an ordered query for one page; an offset outside gives the first or last page."""
    total = await count(tx, query)
    last = max(0, total - 1) // limit * limit
    offset = max(0, min(offset, last))
    found = await tx.scalars(query.offset(offset).limit(limit))
    return Page(list(found.unique()), total, offset)


async def count(tx: Transaction, query: Select[Any]) -> int:
    """How many rows a query has, its order left aside."""
    counted = select(func.count()).select_from(query.order_by(None).subquery())
    return (await tx.execute(counted)).scalar_one()
