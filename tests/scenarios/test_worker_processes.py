"""`./run worker --processes N`: all of them work, and none outlives its parent. `./run start` has
one of them beside the bot."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from core.db import Sessions, clock
from core.delivery.models import Delivery
from core.jobs import workers
from demo.inbox.serve import RunningInbox
from tests.core.delivery.makers import mailing
from tests.processes import Process
from tests.scenarios.conftest import Environment

pytestmark = pytest.mark.slow

THREE = ("worker", "--processes", "3")


@pytest.fixture
async def parent(
    environment: Environment, sessions: Sessions, tmp_path: Path
) -> AsyncIterator[Process]:
    """The parent, once all its children have said that they are there."""
    process = Process(THREE, environment, tmp_path / "worker.log")
    await process.start()
    await until_alive(sessions, 3)
    yield process
    await process.kill()
    print(process.log)  # shown when a test fails


async def pids(sessions: Sessions) -> set[int]:
    async with sessions() as tx:
        return {each.pid for each in await workers.all_of(tx, await clock(tx)) if each.alive}


async def until_alive(sessions: Sessions, number: int) -> set[int]:
    async with asyncio.timeout(120):
        while len(found := await pids(sessions)) != number:  # noqa: ASYNC110  the database's
            await asyncio.sleep(0.1)
    return found


async def test_three_processes_send_a_mailing_to_everybody_once(
    parent: Process, sessions: Sessions, inbox: RunningInbox
) -> None:
    async with sessions.begin() as tx:
        await mailing(tx, await clock(tx), clients=50)
    sent = select(func.count()).where(Delivery.status == "sent")
    async with asyncio.timeout(90):
        while True:
            async with sessions() as tx:
                if await tx.scalar(sent) == 50:
                    break
            await asyncio.sleep(0.1)
    assert await parent.stop() == 0
    recipients = [each for mail in inbox.inbox.mails for each in mail.recipients]
    assert len(recipients) == len(set(recipients)) == 50


async def test_one_that_dies_is_replaced_and_none_outlives_a_killed_parent(
    parent: Process, sessions: Sessions
) -> None:
    before = await pids(sessions)
    victim = psutil.Process(min(before))
    victim.kill()
    async with asyncio.timeout(90):
        while not (await pids(sessions)) - before:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    children = (await pids(sessions)) - {victim.pid}
    assert len(children) == 3
    await parent.kill()
    async with asyncio.timeout(60):
        while any(psutil.pid_exists(pid) for pid in children):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_the_worker_beside_the_bot_gives_way_to_it_and_ends_with_it(
    environment: Environment, sessions: Sessions, tmp_path: Path
) -> None:
    process = Process(("start",), environment, tmp_path / "start.log")
    await process.start()
    try:
        found = await until_alive(sessions, 2)  # the scheduler's part, and the worker
        [worker] = map(psutil.Process, found - {process.pid})
        assert worker.ppid() == process.pid
        assert worker.nice() > psutil.Process(process.pid).nice()
        assert await process.stop() == 0
        assert not worker.is_running()
    finally:
        await process.kill()
        print(process.log)
