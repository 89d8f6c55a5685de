"""Connections to PostgreSQL."""

import asyncio
import socket
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import _opened, hang_up, open_engine
from core.outages import is_outage


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such time")
async def test_a_server_whose_machine_is_gone_is_given_half_a_minute(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        wire = raw._transport.get_extra_info("socket")
        if wire.family == socket.AF_UNIX:
            pytest.skip("a socket in the file system is never far away")
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000


async def test_a_server_that_drops_each_new_connection_is_an_outage(database_url: str) -> None:
    flapping = open_engine(database_url)
    drop = lambda made, _record: made.driver_connection.terminate()  # noqa: E731  a listener
    event.listen(flapping.sync_engine, "connect", drop)
    with pytest.raises(OSError, match="lost as soon as it was made") as told:
        async with flapping.connect():
            pass
    assert is_outage(told.value)
    await flapping.dispose()


async def test_who_waits_for_an_answer_ends_when_connections_are_broken_off(
    database_url: str,
) -> None:
    engine = open_engine(database_url)
    other_form, connected = engine.execution_options(), asyncio.Semaphore(0)

    async def waits() -> None:
        async with other_form.connect() as connection:
            connected.release()
            await connection.execute(text("SELECT pg_sleep(60)"))

    async with asyncio.timeout(10):
        waiting = asyncio.gather(waits(), waits(), return_exceptions=True)
        await connected.acquire()
        await connected.acquire()
        await asyncio.sleep(0.1)
        hang_up(engine)
        assert [is_outage(error) for error in await waiting if error] == [True, True]
    await engine.dispose()


def lost(*, transport: bool) -> Any:
    wire = socket.socket()
    wire.close()
    gone = SimpleNamespace(get_extra_info=lambda _: wire) if transport else None
    return SimpleNamespace(driver_connection=SimpleNamespace(_transport=gone))


@pytest.mark.parametrize("transport", [True, False])
def test_a_connection_that_is_lost_as_soon_as_it_is_made_is_no_error_yet(
    *, transport: bool
) -> None:
    _opened(lost(transport=transport), None)
