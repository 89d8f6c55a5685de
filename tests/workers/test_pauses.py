"""A pause holds for every worker, whatever brings its messages, and nothing is lost by it."""

import asyncio
import os
from collections.abc import Callable
from uuid import uuid4

import aio_pika
import pytest
from pydantic import SecretStr

from core.bootstrap import Deps
from core.db import Sessions, clock
from core.jobs import pauses
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working
from tests.workers.test_worker import accepted, until_finished

URL = os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")
BROKERS = [
    pytest.param(None, id="local"),
    pytest.param(URL, id="rabbit", marks=pytest.mark.services),
]
MANY = 400


async def stop(sessions: Sessions, what: str) -> None:
    async with sessions.begin() as tx:
        await pauses.stop(tx, what, "root@example.org", await clock(tx))


async def go_on(sessions: Sessions, what: str) -> None:
    async with sessions.begin() as tx:
        await pauses.go_on(tx, what)


async def settled(sink: Sink) -> int:
    """How many mails there are once no more come."""
    before = -1
    while (now := sum(sink.times.values())) != before:
        before = now
        await asyncio.sleep(0.4)
    return now


@pytest.mark.parametrize("rabbitmq", BROKERS)
@pytest.mark.parametrize("what", ["mail.bulk", "everything"])
async def test_a_run_stops_midway_and_goes_on(
    sessions: Sessions,
    make_deps: Callable[..., Deps],
    sink: Sink,
    what: str,
    rabbitmq: str | None,
) -> None:
    prefix = f"test-{uuid4().hex[:6]}." if rabbitmq else ""
    settings = {"rabbitmq_url": SecretStr(rabbitmq)} if rabbitmq else {}
    made = await accepted(sessions, MANY)
    sink.delay = 0.05
    await stop(sessions, what)  # before any worker is there
    async with working(*(make_deps(**settings) for _ in range(2)), prefix=prefix):
        await asyncio.sleep(1)
        assert sink.times == {}
        await go_on(sessions, what)
        await until(lambda: some(sink))
        await stop(sessions, what)
        paused_at = await settled(sink)
        assert paused_at < MANY
        await asyncio.sleep(0.4)
        assert sum(sink.times.values()) == paused_at
        await go_on(sessions, what)
        await until_finished(sessions, made)
    assert len(sink.times) == MANY
    assert set(sink.times.values()) == {1}
    await forget(rabbitmq, prefix)


async def some(sink: Sink) -> bool:
    return bool(sink.times)


async def forget(rabbitmq: str | None, prefix: str) -> None:
    """Leave no queue behind."""
    if rabbitmq is None:
        return
    connection = await aio_pika.connect(rabbitmq)
    async with connection:
        channel = await connection.channel()
        for queue in ("mail.tx", "mail.bulk", "mail.dead"):
            await channel.queue_delete(prefix + queue)
        await channel.exchange_delete(prefix + "mail")
