"""The database: one declarative base, one way to open a transaction, one clock."""

import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Annotated, Any, ClassVar
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import BigInteger, Dialect, Identity, MetaData, Text, event, func, select
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

from core.niceness import follow, niceness

Transaction = AsyncSession
Sessions = async_sessionmaker[AsyncSession]

Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Json = dict[str, Any]


MOST = 20  # connections of a process
CONNECT = 10.0  # seconds until a server that says nothing is given up
UNUSED = 5.0  # seconds after which a connection is asked for a sign of life
DIRECTLY = "engine"  # in a session's info: where its statements may go directly
PATIENCE = {  # half a minute with a server whose machine is gone: Linux has a quarter of an hour
    "TCP_USER_TIMEOUT": 30_000,  # milliseconds without a confirmation of what was sent
    "TCP_KEEPIDLE": 10,  # seconds, while nothing is to be sent
    "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 4,
}


# Connections that are open, by the dialect: all forms of an engine share it, after a dispose too.
_OPEN: WeakKeyDictionary[Dialect, WeakSet[Any]] = WeakKeyDictionary()


class Base(DeclarativeBase):
    """Constraints are named, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        str: Text,
        datetime: TIMESTAMP(timezone=True),
        Json: JSONB,
    }


def open_engine(url: str, *, pool_size: int = MOST) -> AsyncEngine:
    """An engine on an ordinary PostgreSQL address; the driver is ours to choose. Connections up to
    `pool_size` stay open, the last used is used first: it knows the statements already."""
    address = url.replace("postgres://", "postgresql://", 1)
    address = address.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(
        address,
        pool_size=pool_size,
        max_overflow=MOST - pool_size,
        pool_use_lifo=True,
        connect_args={"timeout": CONNECT},
    )
    event.listen(engine.sync_engine, "connect", _opened)
    event.listen(engine.sync_engine, "connect", _kept_by(engine.dialect))
    event.listen(engine.sync_engine, "checkin", _used)
    event.listen(engine.sync_engine, "checkout", _alive)
    if niceness() > 0:
        event.listen(engine.sync_engine, "checkout", _gives_way)
    return engine


def hang_up(engine: AsyncEngine) -> None:
    """Break every connection off, also those on which an answer is waited for: a server that
    stands still answers nothing, not even a cancellation or a goodbye."""
    for connection in list(_OPEN.get(engine.dialect, ())):
        connection.terminate()


def _kept_by(dialect: Dialect) -> Callable[[Any, Any], None]:
    kept = _OPEN.setdefault(dialect, WeakSet())
    return lambda connection, _record: kept.add(connection.driver_connection)


def _opened(connection: Any, _record: Any) -> None:
    wire = _wire(connection)
    if wire and wire.family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):  # one that is lost already is noticed when it is used
            _patient(wire)


def _wire(connection: Any) -> socket.socket | None:
    transport = connection.driver_connection._transport
    found: socket.socket | None = transport and transport.get_extra_info("socket")
    return found


def _patient(wire: socket.socket) -> None:
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in PATIENCE.items():
        if option := getattr(socket, name, None):  # elsewhere than on Linux some are unknown
            wire.setsockopt(socket.IPPROTO_TCP, option, value)


def _used(_connection: Any, record: Any) -> None:
    record.info["used"] = monotonic()


def _alive(connection: Any, record: Any, _proxy: Any) -> None:
    """Leave a dead connection: its socket says so, or, after a while unused, the server does.

    In the place of one that was used a new one is made; who finds that lost has no server now.
    """
    used = record.info.get("used")
    lost = ConnectionResetError("lost as soon as it was made") if used is None else None
    if connection.driver_connection.is_closed():
        raise lost or DisconnectionError
    if monotonic() - (used or 0) > UNUSED:
        try:
            connection.ping()
        except Exception as error:
            raise lost or DisconnectionError from error


def _gives_way(connection: Any, record: Any, _proxy: Any) -> None:
    """What works for a process that is nice is as nice, on the same machine."""
    if record.info.get("gives_way"):
        return
    wire = _wire(connection)
    local = wire is not None and wire.family == socket.AF_UNIX
    record.info["gives_way"] = not local or follow(connection.driver_connection.get_server_pid())


def open_sessions(engine: AsyncEngine) -> Sessions:
    """`async with sessions.begin() as tx:` is how every edge opens its transaction."""
    return async_sessionmaker(engine, expire_on_commit=False)


def open_statements(engine: AsyncEngine) -> Sessions:
    """Sessions whose statements commit one by one, without the two round trips around them: for
    looking, where each statement sees what is committed by then anyway, and for single writes."""
    each = engine.execution_options(isolation_level="AUTOCOMMIT")
    info = {DIRECTLY: engine}
    return async_sessionmaker(each, expire_on_commit=False, autoflush=False, info=info)


async def clock(tx: Transaction) -> datetime:
    """PostgreSQL's time, the only clock that due times and leases know (in UTC, aware)."""
    now: datetime = (await tx.execute(select(func.clock_timestamp()))).scalar_one()
    return now
