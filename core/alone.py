"""One process at a time does a thing, the holder of an advisory lock; the others stand by."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.tasks import finished_first

WAIT = 0.5  # seconds between looks whether the lock is free
CHECK = 5.0  # seconds between looks whether it is still ours

TRY = text("SELECT pg_try_advisory_lock(:lock)")


@asynccontextmanager
async def alone(engine: AsyncEngine, lock: int, stop: asyncio.Event) -> AsyncIterator[None]:
    """Hold the lock for as long as the block runs, or until `stop` while it is waited for.

    PostgreSQL drops the lock with the connection: with the block it is closed, and when it is lost,
    the block is ended.
    """
    async with engine.connect() as connection:
        try:
            await _wait(connection, lock, stop)
            async with asyncio.TaskGroup() as group:
                holding = group.create_task(_hold(connection))
                yield
                holding.cancel()
        finally:
            await connection.invalidate()  # not asked to unlock: it may be in the middle of a look


async def _wait(connection: AsyncConnection, lock: int, stop: asyncio.Event) -> None:
    while not stop.is_set():
        taken = await connection.scalar(TRY, {"lock": lock})
        await connection.commit()
        if taken:
            return
        await finished_first(asyncio.sleep(WAIT), stop)


async def _hold(connection: AsyncConnection) -> None:
    while True:
        await asyncio.sleep(CHECK)
        await connection.execute(text("SELECT 1"))
        await connection.commit()
