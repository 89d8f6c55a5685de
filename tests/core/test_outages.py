"""What of a service that is away is told, and how."""

import asyncio
from pathlib import Path

import pytest
from aio_pika.exceptions import AMQPConnectionError
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import create_async_engine

from core.db import open_engine
from core.outages import is_outage, unheard


@pytest.mark.parametrize(
    ("trouble", "whole"),
    [
        (AMQPConnectionError("closed"), False),
        (TimeoutError(), False),
        (StopAsyncIteration(), False),
        (ValueError("ours"), True),
    ],
)
async def test_only_a_mistake_of_our_own_is_told_as_an_error_nobody_caught(
    caplog: pytest.LogCaptureFixture, trouble: Exception, whole: bool
) -> None:
    context = {"message": "exception was never retrieved", "exception": trouble}
    unheard(asyncio.get_running_loop(), context)
    assert ("never retrieved" in caplog.text) is whole


async def test_that_no_connection_becomes_free_is_an_outage(database_url: str) -> None:
    address = database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(address, pool_size=1, max_overflow=0, pool_timeout=0.01)
    async with engine.connect() as held:
        await held.execute(text("SELECT 1"))
        with pytest.raises(NoneFree) as caught:
            await engine.connect().__aenter__()
    await engine.dispose()
    assert is_outage(caught.value)


async def test_a_socket_that_nobody_listens_on_is_an_outage_and_a_missing_file_is_none(
    tmp_path: Path,
) -> None:
    engine = open_engine(f"postgresql://postgres@/postgres?host={tmp_path}")
    with pytest.raises(FileNotFoundError) as caught:
        await engine.connect().__aenter__()
    assert is_outage(caught.value)
    with pytest.raises(FileNotFoundError) as caught:
        (tmp_path / "missing.txt").read_text()
    assert not is_outage(caught.value)
