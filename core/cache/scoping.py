"""What a cached select is about: one table, and one owner's rows where rows have owners."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Generic

from sqlalchemy import BinaryExpression, BooleanClauseList, Select, inspect, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import operators

from core.cache.marks import is_cached, scopes_of
from core.cache.rows import Model

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Scoped(Generic[Model]):
    """A select that may be cached; `scopes` are what its rows depend on."""

    model: type[Model]
    query: Select[Model]
    scopes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The query and its parameters, in a few characters."""
        compiled = self.query.compile(dialect=_DIALECT)
        whole = f"{compiled}\0{sorted(compiled.params.items())!r}"
        return blake2b(whole.encode(), digest_size=16).hexdigest()

    def where(self, field: str, value: Any) -> "Scoped[Model]":
        """One row by a column."""
        columns = inspect(self.model).column_attrs
        if field not in columns:
            raise ValueError(f"{self.model.__name__} has no column {field}")
        query = self.query.where(getattr(self.model, field) == value)
        return Scoped(self.model, query, self.scopes)


def scoped(model: type[Model] | Select[Model]) -> Scoped[Model]:
    """The select of a model, or the select itself; ValueError where it could show foreign rows."""
    query: Select[Model] = model if isinstance(model, Select) else select(model)
    entity = _entity(query)
    owner = _owner(query, entity) if "owner_id" in inspect(entity).column_attrs else None
    if owner is None and "owner_id" in inspect(entity).column_attrs:
        raise ValueError(f"{entity.__name__} belongs to owners: select those of one owner")
    return Scoped(entity, query, scopes_of(entity, owner))


def _entity(query: Select[Any]) -> Any:
    described = query.column_descriptions
    entity = described[0]["entity"] if len(described) == 1 else None
    if entity is None or described[0]["expr"] is not entity:
        raise ValueError("a cached select is of one model's rows")
    if not is_cached(entity):
        raise ValueError(f"{entity.__name__} does not say that it is cached")
    if query.get_final_froms() != [inspect(entity).local_table]:
        raise ValueError("a cached select reads one table: changes of others would go unseen")
    return entity


def _owner(query: Select[Any], entity: Any) -> int | None:
    """The owner whose rows alone can come out: compared with at the top of the condition."""
    column = inspect(entity).local_table.c.owner_id
    for part in _conjuncts(query.whereclause):
        if isinstance(part, BinaryExpression) and part.operator is operators.eq:
            value = getattr(part.right, "value", None)
            if part.left.compare(column) and isinstance(value, int):
                return value
    return None


def _conjuncts(clause: Any) -> list[Any]:
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        return [each for part in clause.clauses for each in _conjuncts(part)]
    return [] if clause is None else [clause]
