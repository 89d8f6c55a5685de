"""What a worker's loops and jobs meet that nobody expects ends none of them."""

import asyncio
from typing import Any

import pytest
from taskiq import AsyncBroker

from core.bootstrap import Deps
from core.db import Sessions, clock
from core.jobs import service as jobs
from core.jobs.models import Job
from workers import line, loops, tasks, worker
from workers.brokers import LocalBroker


class Panic(BaseException):
    """As libraries in Rust raise it."""


UNEXPECTED = [asyncio.CancelledError, Panic, ValueError]


@pytest.mark.parametrize("error", UNEXPECTED)
async def test_a_sweep_goes_on_after(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "EVERY", 0.01)
    stop, times = asyncio.Event(), 0

    async def sweep() -> float | None:
        nonlocal times
        times += 1
        if times == 1:
            raise error
        stop.set()
        return None

    async with asyncio.timeout(10):
        await loops.each_second("test", sweep, asyncio.Event(), stop)
    assert times == 2


@pytest.mark.parametrize("error", UNEXPECTED)
async def test_a_queue_is_opened_again_after(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PAUSE", 0.01)
    stop, made = asyncio.Event(), list[AsyncBroker]()

    class Broker(LocalBroker):
        async def startup(self) -> None:
            made.append(self)
            if len(made) == 1:
                raise error
            stop.set()

    async with asyncio.timeout(10):
        await line.Line("test", Broker, 0).run(stop)
    assert len(made) == 2


async def test_a_loop_that_is_cancelled_ends() -> None:
    async def sweep() -> float | None:
        await asyncio.sleep(60)
        return None

    forever = asyncio.Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await loops.each_second("test", sweep, asyncio.Event(), forever)


@pytest.mark.parametrize("error", UNEXPECTED)
async def test_a_job_has_failed_after(
    sessions: Sessions,
    deps: Deps,
    error: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def breaks(_worker: worker.Worker, _job: Job) -> Any:
        raise error

    monkeypatch.setitem(tasks.TASKS, "breaks", breaks)
    async with sessions.begin() as tx:
        job = await jobs.enqueue(tx, "breaks", "mail.tx", {}, await clock(tx))
    await tasks.perform(worker.build("w", deps, asyncio.Event()), job.id)
    async with sessions() as tx:
        found = await tx.get_one(Job, job.id)
    assert (found.status, found.failures) == ("queued", 1)
    assert error.__name__ in str(found.error)
