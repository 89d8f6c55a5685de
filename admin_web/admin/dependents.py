"""What hangs on a row: found by the foreign keys, so that no table can be forgotten."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Select,
    Table,
    and_,
    except_,
    func,
    or_,
    select,
    text,
    union,
)
from sqlalchemy.exc import DBAPIError

from admin_web.admin.resource import Resource, Row
from core.db import Base, Transaction

Way = tuple[str, str, Any]  # a table, what becomes of its rows, the rows

MOST = 1000  # more than that is not counted to the end
PATIENCE = 4.0  # seconds for all tables together; what is not counted by then is said to hang on


SHORTEST = 0.05
CANCELED = "57014"
_TIMEOUT = text("SELECT set_config('statement_timeout', :ms, true)")


@dataclass(frozen=True)
class Dependents:
    """Rows of one table that go with the row (`cascade`), stay without it, or forbid it."""

    table: str
    count: int | None  # None: there are too many rows to look
    rule: str

    @property
    def many(self) -> bool:
        return self.count is not None and self.count > MOST


async def of(tx: Transaction, resource: Resource, rows: Iterable[Row]) -> list[Dependents]:
    """Everything that hangs on the rows, with what would become of it."""
    table = _table(resource)
    return await on(tx, resource, select(table).where(or_(*(_is(table, row) for row in rows))))


async def on(tx: Transaction, resource: Resource, rows: Select[Any]) -> list[Dependents]:
    """The same for rows that a query finds."""
    table, end = _table(resource), time.monotonic() + PATIENCE
    ids = rows.with_only_columns(*table.primary_key)
    found = []
    for (name, rule), query in _joined(_below(table, ids, frozenset({table.name}))).items():
        limited = select(func.count()).select_from(query.limit(MOST + 1).subquery())
        n = await within(tx, limited, end - time.monotonic())
        if n != 0:
            found.append(Dependents(name, n, rule))
    return found


async def within(tx: Transaction, query: Select[Any], seconds: float) -> int | None:
    """A count, or None when PostgreSQL is not done with it in so many seconds."""
    if seconds < SHORTEST:
        return None
    try:
        async with tx.begin_nested():
            await tx.execute(_TIMEOUT, {"ms": str(int(seconds * 1000))})
            n: int | None = await tx.scalar(query)
            await tx.execute(_TIMEOUT, {"ms": "0"})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != CANCELED:
            raise
        return None
    return n


def _joined(ways: Iterable[Way]) -> dict[tuple[str, str], Any]:
    """A query for each table and rule; a row that goes along by one way forbids by none."""
    queries: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for name, rule, query in ways:
        queries[name, rule].append(query)
    joined = {key: union(*ways) for key, ways in queries.items()}
    going = {name: query for (name, rule), query in joined.items() if rule == "cascade"}
    return {
        (name, rule): query
        if rule == "cascade" or name not in going
        else except_(query, going[name])
        for (name, rule), query in joined.items()
    }


def children(resource: Resource) -> list[tuple[str, str]]:
    """The tables that point at this one, each with the name of the column that does."""
    here = _table(resource)
    return [(table.name, key.column_keys[0]) for table, key in _pointing_at(here)]


def _below(table: Table, ids: Any, seen: frozenset[str]) -> Iterator[Way]:
    for child, key in _pointing_at(table):
        column = child.c[key.column_keys[0]]
        mine = select(*child.primary_key).where(column.in_(ids))
        rule = {"CASCADE": "cascade", "SET NULL": "kept"}.get(key.ondelete or "", "forbids")
        yield child.name, rule, mine
        if rule == "cascade" and child.name not in seen and len(child.primary_key) == 1:
            yield from _below(child, mine, seen | {child.name})


def _pointing_at(table: Table) -> Iterator[tuple[Table, ForeignKeyConstraint]]:
    for other in Base.metadata.sorted_tables:
        for key in other.foreign_key_constraints:
            if key.referred_table is table and not key.use_alter:
                yield other, key


def _is(table: Table, row: Row) -> ColumnElement[bool]:
    return and_(*(column == getattr(row, str(column.key)) for column in table.primary_key))


def _table(resource: Resource) -> Table:
    table = resource.model.__table__
    assert isinstance(table, Table)  # noqa: S101  models are tables
    return table
