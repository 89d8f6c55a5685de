"""A page of a table: by keys, so that page 20,000 is as quick as the first."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    column,
    func,
    or_,
    select,
    text,
    tuple_,
)

from admin_web.admin.filters import Wanted, condition, matching
from admin_web.admin.resource import Resource, Row
from core.db import Sessions, Transaction

PER_PAGE = 50
BATCH = 1000
COUNTED = 10_000  # a larger table is not counted, only estimated

_ESTIMATE = (
    text("SELECT reltuples::bigint AS rows FROM pg_class WHERE oid = to_regclass(:table)")
    .columns(column("rows", BigInteger))
    .subquery("estimate")
)


@dataclass(frozen=True)
class Page:
    """Rows, the cursors of the neighbouring pages, and how many there are in all."""

    rows: list[Row]
    before: str | None
    after: str | None
    total: int | None
    exact: bool


async def page(tx: Transaction, resource: Resource, asked: Wanted, size: int = PER_PAGE) -> Page:
    """The page that the cursor in `asked` points at."""
    back = asked.before is not None
    query = _from_cursor(resource, narrowed(resource, asked), asked, back)
    edge = await _edge(tx, resource, asked, back) if _in_slices(resource, asked) else None
    near = query.where(_within(resource, asked, edge, back)) if edge else query
    rows = list((await tx.scalars(near.limit(size + 1))).unique())
    if edge and len(rows) <= size and resource.by_index:
        rows, edge = await _by_index(tx, resource, query, asked, back, size + 1), None
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    total, exact = await _total(tx, resource, asked)
    first, last = _neighbours(resource, asked, rows, more, back)
    if edge and not more:
        first, last = (packed(edge), last) if back else (first, packed(edge))
    return Page(rows, first, last, total, exact)


async def _by_index(
    tx: Transaction, resource: Resource, query: Select[Any], asked: Wanted, back: bool, most: int
) -> list[Row]:
    """What the search's index finds, then its order: PostgreSQL, left to choose, may go through
    the whole table in the wanted order, since it does not know how rare a word is."""
    hits = query.with_only_columns(*resource.keys).order_by(None).cte("hits")
    hits = hits.prefix_with("MATERIALIZED")
    edge = [column.desc() if asked.down != back else column.asc() for column in hits.c]
    found = (await tx.execute(select(hits).order_by(*edge).limit(most))).all()
    rows = select(resource.model).options(*resource.options)
    rows = rows.where(tuple_(*resource.keys).in_([tuple(key) for key in found]))
    return list((await tx.scalars(_ordered(resource, rows, asked, back))).unique())


def _neighbours(
    resource: Resource, asked: Wanted, rows: list[Row], more: bool, back: bool
) -> tuple[str | None, str | None]:
    if not rows:
        return None, None
    first = _cursor(resource, asked, rows[0]) if (more if back else asked.after) else None
    last = _cursor(resource, asked, rows[-1]) if back or more else None
    return first, last


def _in_slices(resource: Resource, asked: Wanted) -> bool:
    if not resource.slice or not asked.narrowed or asked.sort != "id":
        return False
    if resource.by_index:
        return bool(asked.search)
    return not resource.indexed & asked.filters.keys()


async def _edge(tx: Transaction, resource: Resource, asked: Wanted, back: bool) -> list[Any] | None:
    """The key at the far end of the slice; None when the table ends before."""
    quick = resource.indexed | {resource.keys[0].key}
    filters = {n: v for n, v in asked.filters.items() if n in quick}
    whole = Wanted("", filters, asked.sort, asked.down, asked.after, asked.before)
    query = _from_cursor(resource, narrowed(resource, whole), whole, back)
    assert resource.slice  # noqa: S101  the caller looked
    ids = query.with_only_columns(*resource.keys).offset(resource.slice - 1).limit(1)
    found = (await tx.execute(ids)).first()
    return list(found) if found else None


def _within(resource: Resource, asked: Wanted, edge: list[Any], back: bool) -> ColumnElement[bool]:
    place, end = tuple_(*resource.keys), tuple_(*edge)
    return place >= end if asked.down != back else place <= end


async def every(sessions: Sessions, resource: Resource, asked: Wanted) -> AsyncIterator[list[Row]]:
    """All rows, a batch at a time, no transaction held in between."""
    after: str | None = None
    while True:
        step = Wanted(asked.search, asked.filters, asked.sort, asked.down, after, None)
        async with sessions() as tx:
            found = await page(tx, resource, step, BATCH)
        yield found.rows
        if (after := found.after) is None:
            return


def narrowed(resource: Resource, asked: Wanted) -> Select[Any]:
    """The rows that search and filters let through, in no order."""
    query = select(resource.model).options(*resource.options)
    for name, value in asked.filters.items():
        query = query.where(condition(resource, name, value))
    return query.where(matching(resource, asked.search)) if asked.search else query


def _order(resource: Resource, asked: Wanted) -> list[Any]:
    keys = list(resource.keys)
    return keys if asked.sort == "id" else [getattr(resource.model, asked.sort), *keys]


def _ordered(resource: Resource, query: Select[Any], asked: Wanted, back: bool) -> Select[Any]:
    down = asked.down != back
    columns = _order(resource, asked)
    return query.order_by(*(column.desc() if down else column.asc() for column in columns))


def _from_cursor(resource: Resource, query: Select[Any], asked: Wanted, back: bool) -> Select[Any]:
    query = _ordered(resource, query, asked, back)
    if cursor := asked.before or asked.after:
        query = query.where(_beyond(resource, asked, unpacked(resource, cursor), back))
    return query


def _beyond(
    resource: Resource, asked: Wanted, cursor: list[Any], back: bool
) -> ColumnElement[bool]:
    """Rows behind the cursor. PostgreSQL puts nothing last going up and first going down."""
    down = asked.down != back
    columns = _order(resource, asked)
    place = tuple_(*columns)
    if asked.sort == "id" or cursor[0] is not None:
        behind = place < tuple_(*cursor) if down else place > tuple_(*cursor)
        nothing_follows = asked.sort != "id" and not down
        return or_(behind, columns[0].is_(None)) if nothing_follows else behind
    keys, known = tuple_(*columns[1:]), tuple_(*cursor[1:])
    if down:
        return or_(columns[0].is_not(None), and_(columns[0].is_(None), keys < known))
    return and_(columns[0].is_(None), keys > known)


def _cursor(resource: Resource, asked: Wanted, row: Row) -> str:
    values = [getattr(row, column.key) for column in _order(resource, asked)]
    return packed(values)


def packed(values: list[Any]) -> str:
    """Values as a cursor in an address."""
    packed = json.dumps([v.isoformat() if isinstance(v, datetime) else v for v in values])
    return base64.urlsafe_b64encode(packed.encode()).decode()


def unpacked(resource: Resource, cursor: str) -> list[Any]:
    """The values again; HTTPBadRequest for what can be none."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor))
        keys = zip(resource.keys, values[-len(resource.keys) :], strict=True)
        if not all(_fits(column, key) for column, key in keys):
            raise ValueError(cursor)
        first = values[0]
        if isinstance(first, str) and first[:4].isdigit() and "T" in first:
            values[0] = datetime.fromisoformat(first)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise web.HTTPBadRequest from error
    return list(values)


def _fits(column: Any, key: Any) -> bool:
    if isinstance(column.type, String):
        return isinstance(key, str) and "\0" not in key
    return isinstance(key, int) and abs(key) < 2**63


async def _total(tx: Transaction, resource: Resource, asked: Wanted) -> tuple[int | None, bool]:
    """How many rows; of a large table an estimate, or None when it is narrowed down."""
    some = narrowed(resource, asked).with_only_columns(*resource.keys).limit(COUNTED + 1)
    counted = select(func.count()).select_from(some.order_by(None).subquery()).scalar_subquery()
    large = _ESTIMATE.c.rows > COUNTED
    query = select(_ESTIMATE.c.rows, case((large, None), else_=counted))
    estimate, found = (await tx.execute(query, {"table": resource.name})).one()
    if found is None:
        return (None if asked.narrowed else estimate), False
    return found, found <= COUNTED
