"""PostgreSQL's notifications: a hint that something committed, never the only way to learn it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import asyncpg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.db import Transaction
from core.tasks import finished_first

log = structlog.get_logger(__name__)

Heard = Callable[[str], None]

CHECK = 15.0  # seconds between signs of life asked of the connection
PAUSE = 1.0  # seconds before a lost connection is opened again
LOST = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


async def notify(tx: Transaction, channel: str, payload: str | int = "") -> None:
    """Tell listeners once the transaction commits."""
    statement = text("SELECT pg_notify(:channel, :payload)")
    await tx.execute(statement, {"channel": channel, "payload": str(payload)})


async def listen(engine: AsyncEngine, heard: Mapping[str, Heard], stop: asyncio.Event) -> None:
    """Call `heard[channel](payload)` for each notice until `stop`; reconnects by itself.

    Notices sent while the connection was lost are gone: whoever listens sweeps as well.
    """
    while not stop.is_set():
        try:
            async with engine.connect() as connection:
                await _hear(connection, heard, stop)
        except LOST as error:
            log.warning("not listening, trying again", reason=type(error).__name__)
            await finished_first(asyncio.sleep(PAUSE), stop)


async def _hear(
    connection: AsyncConnection, heard: Mapping[str, Heard], stop: asyncio.Event
) -> None:
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None  # noqa: S101  an open connection has one

    def pass_on(_raw: Any, _pid: int, channel: str, payload: str) -> None:
        heard[channel](payload)

    lost = asyncio.Event()
    raw.add_termination_listener(lambda _raw: lost.set())
    for channel in heard:
        await raw.add_listener(channel, pass_on)
    try:
        while not stop.is_set() and not lost.is_set():
            await finished_first(finished_first(asyncio.sleep(CHECK), lost), stop)
            await raw.execute("SELECT 1")
    finally:
        # It must not go back to the pool with listeners on it.
        await connection.invalidate()
