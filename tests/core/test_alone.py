"""One process at a time: what it holds is free as soon as it ends, however it ends."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core import alone as module
from core.alone import alone

LOCK = 20_261_130
SECONDS = 5
HOLDERS = text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock AND granted")
END = text("SELECT pg_terminate_backend(:pid)")


async def holder(engine: AsyncEngine) -> int | None:
    async with engine.connect() as connection:
        pid: int | None = await connection.scalar(HOLDERS, {"lock": LOCK})
        return pid


async def test_the_next_one_has_its_turn_when_the_block_ends(engine: AsyncEngine) -> None:
    stop = asyncio.Event()
    async with asyncio.timeout(SECONDS):
        for _turn in range(2):
            async with alone(engine, LOCK, stop):
                assert await holder(engine)
        while await holder(engine):  # noqa: ASYNC110  nothing rings
            await asyncio.sleep(0.01)


async def test_ending_in_the_middle_of_a_look_is_no_error(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHECK", 0)
    for turn in range(8):
        async with alone(engine, LOCK, asyncio.Event()):
            await asyncio.sleep(turn / 2000)


async def lost(engine: AsyncEngine) -> None:
    """Wait in a block whose connection PostgreSQL ends."""
    async with asyncio.timeout(SECONDS), alone(engine, LOCK, asyncio.Event()):
        async with engine.connect() as connection:
            await connection.execute(END, {"pid": await holder(engine)})
        await asyncio.Event().wait()


async def test_the_block_ends_when_its_connection_is_lost(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHECK", 0.02)
    with pytest.raises(ExceptionGroup) as ended:
        await lost(engine)
    assert ended.group_contains(DBAPIError)
