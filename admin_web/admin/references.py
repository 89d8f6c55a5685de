"""Numbers of other rows, shown as links with names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from admin_web.admin.resource import Resource, Row
from core.db import Base, Transaction


@dataclass(frozen=True)
class Reference:
    """A link to the row that a foreign key names."""

    href: str
    name: str


References = Mapping[tuple[str, int], Reference]


def targets(resource: Resource, known: Mapping[str, Resource]) -> dict[str, Resource]:
    """The columns that each by itself point at a row of a table which the site shows."""
    found = {}
    for key in Base.metadata.tables[resource.name].foreign_key_constraints:
        table, columns = key.referred_table.name, key.column_keys
        if table in known and len(columns) == 1:
            found[columns[0]] = known[table]
    return found


async def load(
    tx: Transaction, resource: Resource, rows: Iterable[Row], known: Mapping[str, Resource]
) -> References:
    """Links for every foreign key of these rows, one query a table."""
    pointing = targets(resource, known)
    ids: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        for column, target in pointing.items():
            if (value := getattr(row, column)) is not None:
                ids[target.name].add(value)
    names = {name: await _named(tx, known[name], wanted) for name, wanted in ids.items()}
    return {
        (column, id_): reference
        for column, target in pointing.items()
        for id_, reference in names.get(target.name, {}).items()
    }


async def _named(tx: Transaction, target: Resource, ids: set[int]) -> dict[int, Reference]:
    key = target.keys[0]
    query = select(target.model).options(*target.options).where(key.in_(ids))
    rows = (await tx.scalars(query)).unique()
    return {
        getattr(row, key.key): Reference(f"/admin/{target.name}/{target.id_of(row)}", called)
        for row in rows
        if (called := target.called(row))
    }
