"""A row in every table, whatever its columns are at some revision."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
)

_ONE_OF = re.compile(r"^\(*(\w+) = ANY \(ARRAY\['(\w[\w.]*)'")
# Of columns that not any value will do for, whichever table they are in.
FITTING: dict[str, Any] = {
    "country": "RU",
    "email": "anna@example.org",
    "phone": "+79990000000",
    "expires_at": func.now() + timedelta(hours=1),
}
ONLY: dict[tuple[str, str], Any] = {("letters", "purpose"): "no_account"}


def one_of_each(connection: Connection) -> dict[str, int]:
    """How many rows each table has, which then has at least one."""
    tables = _tables(connection)
    found = {table.name: _count(connection, table) for table in tables}
    for table in tables:
        _fill(connection, table)
    return found


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for name, table in sorted(found.tables.items()) if name != "alembic_version"]


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _fill(connection: Connection, table: Table) -> None:
    if _count(connection, table):
        return
    fitting = FITTING | _first_allowed(connection, table.name)
    fitting |= {name: value for (of, name), value in ONLY.items() if of == table.name}
    row = {
        column.name: fitting.get(column.name, _value(column))
        for column in table.columns
        if not column.nullable and column.server_default is None and column.identity is None
    }
    for key in table.foreign_key_constraints:
        if row.keys() & key.columns.keys():
            row |= _reference(connection, key)
    connection.execute(insert(table).values(row))


def _reference(connection: Connection, key: ForeignKeyConstraint) -> Mapping[str, Any]:
    """To the first row of the table that it refers to, which is made for it."""
    _fill(connection, key.referred_table)
    found = connection.execute(select(*(each.column for each in key.elements))).one()
    return dict(zip(key.columns.keys(), found, strict=True))


def _first_allowed(connection: Connection, table: str) -> dict[str, str]:
    """Of the columns that are one of a few words."""
    rules = inspect(connection).get_check_constraints(table)
    found = [_ONE_OF.match(rule["sqltext"]) for rule in rules]
    return {each[1]: each[2] for each in found if each}


def _value(column: Column[Any]) -> Any:
    match column.type:
        case BigInteger() | Integer():
            return 1
        case Boolean():
            return False
        case DateTime() | Date():
            return func.now()
        case JSON():
            return {}
        case LargeBinary():
            return b"1"
        case _:
            return "1"
