"""A page of a list with the length of the whole."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, TextClause, func, select, text

from core.db import Transaction
from core.direct import rows

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


def page_statement(ids: str, columns: str, tables: str) -> TextClause:
    """SQL for one page of `ids`, the highest first, with what is shown of each; `tables` are joined
    to `page`. Such a list is to be short: all its ids are looked at."""
    return text(f"""
        WITH ids AS MATERIALIZED ({ids}),
        place AS (
            SELECT count(*) AS total,
                   greatest(0, least(:offset, (count(*) - 1) / :limit * :limit)) AS start
            FROM ids),
        page AS (
            SELECT id FROM ids ORDER BY id DESC OFFSET (SELECT start FROM place) LIMIT :limit)
        SELECT total, start, {columns} FROM place CROSS JOIN page {tables} ORDER BY page.id DESC
    """)  # noqa: S608  the pieces are written here


async def page_by(
    tx: Transaction, made: TextClause, offset: int, limit: int, **bound: Any
) -> Page[Any]:
    """Run a page's statement; an offset outside gives the first or last page."""
    found = await rows(tx, made, offset=offset, limit=limit, **bound)
    total, start = found[0][:2] if found else (0, 0)
    return Page([each[2:] for each in found], total, start)
