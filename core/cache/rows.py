"""Rows as JSON and back: what comes out of the cache is a detached row of the model."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import LargeBinary, inspect
from sqlalchemy.orm import ColumnProperty, make_transient_to_detached

from core.db import Base

Model = TypeVar("Model", bound=Base)

_BACK: dict[type, Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
}


def pack(row: Base) -> dict[str, Any]:
    """The row's columns; large contents (deferred, or bytes) stay where they are."""
    return {each.key: _plain(getattr(row, each.key)) for each in _columns(type(row))}


def unpack(model: type[Model], packed: dict[str, Any]) -> Model:
    """The row again, belonging to no session."""
    values = {each.key: _back(each, packed.get(each.key)) for each in _columns(model)}
    row = model(**values)
    make_transient_to_detached(row)
    return row


def _columns(model: type[Base]) -> list[ColumnProperty[Any]]:
    attrs = inspect(model).column_attrs
    return [
        each
        for each in attrs
        if not each.deferred and not isinstance(each.columns[0].type, LargeBinary)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _back(column: ColumnProperty[Any], value: Any) -> Any:
    if not isinstance(value, str):
        return value
    kind = column.columns[0].type.python_type
    return _BACK[kind](value) if kind in _BACK else value
