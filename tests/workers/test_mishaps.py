"""What a worker's loops and jobs meet that nobody expects ends none of them."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import make_url
from taskiq import AsyncBroker

import main
from core.bootstrap import Deps, build
from core.db import Sessions, clock
from core.jobs import service as jobs
from core.jobs import workers
from core.jobs.models import Job
from core.settings import Settings
from core.tasks import Background
from tests.workers.conftest import REDIS, until
from tests.workers.proxy import Proxy
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


async def test_a_worker_ends_when_asked_though_its_database_hangs(
    sessions: Sessions,
    make_settings: Callable[..., Settings],
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(main, "PATIENCE", 1.0)
    address = make_url(database_url)
    if not address.port:
        pytest.skip("the embedded PostgreSQL has no port to stand before")
    wire = Proxy(address.port)
    await wire.mend()
    through = address.set(host="127.0.0.1", port=wire.port)
    deps = build(make_settings(), through.render_as_string(hide_password=False), REDIS)
    stop, background = asyncio.Event(), Background()
    working = background.start(main.together(deps, stop, main.everything_worked), "worker")
    await until(partial(is_there, sessions))
    wire.hang()
    stop.set()
    async with asyncio.timeout(15):  # never, by cancellations alone
        await asyncio.wait((working,))
        await deps.aclose()
    wire.cut()


async def is_there(sessions: Sessions) -> bool:
    async with sessions() as tx:
        return bool(await workers.all_of(tx, await clock(tx)))


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
