"""Statements that every tap waits for, given to the driver itself.

SQLAlchemy takes eight times as much processor for a statement as the driver does. What is looked
at, or written by one statement, all day long goes this way and is compiled once. In a transaction
the same statement is run like any other one and sees what the transaction has written.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from asyncpg.exceptions import InterfaceError, PostgresError
from sqlalchemy import (
    JSON,
    Connection,
    CursorResult,
    Engine,
    PoolProxiedConnection,
    Select,
    TextClause,
    inspect,
)
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.util import await_only, greenlet_spawn

from core.db import DIRECTLY, Base, Transaction

Model = TypeVar("Model", bound=Base)
Statement = TextClause | Select[*tuple[Any, ...]]  # made once, with a module
Where = AsyncEngine | Transaction

# Begins a statement that reads FROM quickly: its commit, in a transaction that of everything, is
# not waited for until it is on the disk. Only for what may be forgotten with a server that crashes.
QUICKLY = "WITH quickly AS (SELECT set_config('synchronous_commit', 'off', true))"


async def rows(where: Where, made: Statement, **bound: Any) -> Sequence[Any]:
    """What a statement finds, its columns by their place.

    On an engine, or where statements commit one by one, it commits by itself.
    """
    if isinstance(where, Transaction) and DIRECTLY not in where.info:
        return await _within(where, made, bound)
    source, names = compiled(made)
    values = [bound[name] for name in names]
    if isinstance(where, AsyncEngine):
        return await greenlet_spawn(_on_engine, where.sync_engine, source, values)
    if where.in_transaction():
        return await greenlet_spawn(_on_session, where.sync_session, source, values)
    return await greenlet_spawn(_on_engine, where.info[DIRECTLY].sync_engine, source, values)


async def row(where: Where, made: Statement, **bound: Any) -> Any:
    """The first row; None when there is none."""
    return next(iter(await rows(where, made, **bound)), None)


async def _within(tx: Transaction, made: Statement, bound: Mapping[str, Any]) -> Sequence[Any]:
    await tx.flush()
    result = await tx.execute(made, bound)
    silent = isinstance(result, CursorResult) and not result.returns_rows
    return () if silent else result.all()


def _on_engine(engine: Engine, source: str, values: Sequence[Any]) -> Sequence[Any]:
    held = engine.raw_connection()
    try:
        return _fetch(held, held.driver_connection, source, values)
    finally:
        held.close()


def _on_session(session: Session, source: str, values: Sequence[Any]) -> Sequence[Any]:
    """On the connection that it has: who held one and asked for another could wait for ever."""
    held = session.connection()
    return _fetch(held, held.connection.driver_connection, source, values)


def _fetch(
    held: PoolProxiedConnection | Connection, driver: Any, source: str, values: Sequence[Any]
) -> Sequence[Any]:
    try:
        found: Sequence[Any] = await_only(driver.fetch(source, *values))
        return found
    except (PostgresError, InterfaceError) as error:
        raise DBAPIError(source, None, error) from error
    except BaseException:
        held.invalidate()  # cancelled: the driver is in the middle of something
        raise


@cache
def compiled(made: Statement) -> tuple[str, Sequence[str]]:
    """As the driver takes it, with the names of its parameters in their order."""
    done = made.compile(dialect=dialect())  # type: ignore[no-untyped-call]
    return str(done), tuple(done.positiontup or ())


def columns(model: type[Base], alias: str) -> str:
    """SQL for all columns of a model, as `instances` takes them."""
    return ", ".join(f"{alias}.{each.name}" for each in model.__table__.columns)


def instances(values: Sequence[Any], *models: type[Base]) -> list[Any]:
    """Rows of models out of the values of all their columns, one model after the other; None where
    a join found none. They belong to no session."""
    found, rest = [], iter(values)
    for model in models:
        keys = _keys(model)
        each = dict(zip(keys, rest, strict=False))
        found.append(None if each[keys[0]] is None else instance(model, each))
    return found


def instance(model: type[Model], values: Mapping[str, Any]) -> Model:
    """A row of a model that belongs to no session, as after its session is closed."""
    made = model()
    known = vars(made)
    known.update(values)
    for key in _json_keys(model):
        if isinstance(known.get(key), str):  # the driver leaves it as it is
            known[key] = json.loads(known[key])
    make_transient_to_detached(made)
    return made


@cache
def _keys(model: type[Base]) -> Sequence[str]:
    mapper = inspect(model)
    return [mapper.get_property_by_column(each).key for each in model.__table__.columns]


@cache
def _json_keys(model: type[Base]) -> Sequence[str]:
    columns = inspect(model).column_attrs
    return [each.key for each in columns if isinstance(each.columns[0].type, JSON)]
