"""The same work with RabbitMQ between: it only carries ids, and may be away."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from pydantic import SecretStr
from sqlalchemy import select

from core.bootstrap import Deps
from core.db import Sessions
from core.jobs.models import DeadLetter
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working
from tests.workers.proxy import Proxy
from tests.workers.test_worker import accepted, until_finished
from workers import line

pytestmark = pytest.mark.services

URL = os.environ.get("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")


@pytest.fixture
async def channel() -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(URL)
    yield await connection.channel()
    await connection.close()


@pytest.fixture
async def prefix(channel: AbstractChannel) -> AsyncIterator[str]:
    """Queues of this test's own."""
    prefix = f"test-{uuid4().hex[:6]}."
    yield prefix
    for queue in ("mail.tx", "mail.bulk", "mail.dead"):
        await channel.queue_delete(prefix + queue)
    await channel.exchange_delete(prefix + "mail")


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    proxy = Proxy(5672)
    await proxy.mend()
    yield proxy
    proxy.cut()


async def test_two_workers_send_a_mailing_to_everybody_once(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink, prefix: str
) -> None:
    made = await accepted(sessions, 100)
    processes = [make_deps(rabbitmq_url=SecretStr(URL)) for _ in range(2)]
    async with working(*processes, prefix=prefix):
        await until_finished(sessions, made)
    assert len(sink.times) == 100
    assert set(sink.times.values()) == {1}


async def test_what_no_worker_understands_is_set_aside_with_the_reason(
    sessions: Sessions, make_deps: Callable[..., Deps], prefix: str, channel: AbstractChannel
) -> None:
    async with working(make_deps(rabbitmq_url=SecretStr(URL)), prefix=prefix):
        queue = prefix + "mail.bulk"

        async def listened() -> bool:
            try:
                declared = await channel.get_queue(queue)
            except aio_pika.exceptions.ChannelClosed:
                await channel.reopen()
                return False
            return bool(declared.declaration_result.consumer_count)

        await until(listened)
        exchange = await channel.get_exchange(prefix + "mail")
        unknown = (
            b'{"task_id":"1","task_name":"workers.tasks.none","labels":{},"args":[],"kwargs":{}}'
        )
        for body in (b"\xff not json", unknown):
            await exchange.publish(aio_pika.Message(body), queue)
        dead = await channel.get_queue(prefix + "mail.dead")
        reasons: list[str] = []
        async with asyncio.timeout(10):
            while len(reasons) < 2:
                if message := await dead.get(fail=False, no_ack=True):
                    reasons.append(str(message.headers["reason"]))
                await asyncio.sleep(0.02)
    told = ["no message of ours", "unknown task workers.tasks.none"]
    assert sorted(reason.partition(":")[0] for reason in reasons) == told
    async with sessions() as tx:
        kept = {
            row.reason.partition(":")[0]: row.body for row in await tx.scalars(select(DeadLetter))
        }
    assert sorted(kept) == told
    assert "workers.tasks.none" in kept[told[1]]


async def test_a_mailing_accepted_while_rabbitmq_is_away_is_sent_when_it_is_back(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink, prefix: str, proxy: Proxy
) -> None:
    deps = make_deps(rabbitmq_url=SecretStr(f"amqp://guest:guest@127.0.0.1:{proxy.port}/"))
    async with working(deps, prefix=prefix):
        await until_finished(sessions, await accepted(sessions, 3))
        proxy.cut()
        made = await accepted(sessions, 5)
        await asyncio.sleep(2)
        assert len(sink.accepted) == 3
        await proxy.mend()
        await until_finished(sessions, made)
    assert len(sink.times) == 8
    assert set(sink.times.values()) == {1}


async def test_workers_start_while_rabbitmq_is_away(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink, prefix: str, proxy: Proxy
) -> None:
    proxy.cut()
    made = await accepted(sessions, 3)
    deps = make_deps(rabbitmq_url=SecretStr(f"amqp://guest:guest@127.0.0.1:{proxy.port}/"))
    async with working(deps, prefix=prefix):
        await asyncio.sleep(1.5)
        await proxy.mend()
        await until_finished(sessions, made)
    assert set(sink.times.values()) == {1}


async def test_queues_that_somebody_deletes_are_made_again(
    sessions: Sessions,
    make_deps: Callable[..., Deps],
    sink: Sink,
    prefix: str,
    channel: AbstractChannel,
) -> None:
    async with working(make_deps(rabbitmq_url=SecretStr(URL)), prefix=prefix):
        await until_finished(sessions, await accepted(sessions, 3))
        for queue in ("mail.tx", "mail.bulk"):
            await channel.queue_delete(prefix + queue)
        await until_finished(sessions, await accepted(sessions, 5))
    assert len(sink.times) == 8
    assert set(sink.times.values()) == {1}


async def test_a_worker_ends_though_rabbitmq_hangs(
    sessions: Sessions,
    make_deps: Callable[..., Deps],
    prefix: str,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "DRAIN", 0.5)
    monkeypatch.setattr(line, "GOODBYE", 0.1)
    deps = make_deps(rabbitmq_url=SecretStr(f"amqp://guest:guest@127.0.0.1:{proxy.port}/"))
    async with asyncio.timeout(30), working(deps, prefix=prefix):
        await until_finished(sessions, await accepted(sessions, 3))
        proxy.hang()
