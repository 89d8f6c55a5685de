"""A worker's process and a scheduler's, put together."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.bootstrap import Deps
from core.db import clock
from core.delivery.shares import stopped
from core.duties import service as duties
from core.inbound import polling, port
from core.jobs import dead, pauses
from core.jobs.queries import forget_kicks
from core.jobs.workers import name_of
from core.notices import listen
from workers import brokers
from workers.beats import HOST, PID, beat, say
from workers.brokers import CONCURRENCY, QUEUES
from workers.hints import Hinted, run_hints
from workers.journals import journals_of, opened, read_journals
from workers.line import DRAIN, Line
from workers.loops import create, each_second, sweeps
from workers.tasks import register
from workers.worker import Worker, build

log = structlog.get_logger(__name__)

__all__ = ["QUEUES", "run_scheduler", "run_worker"]


async def run_worker(
    deps: Deps, queues: Collection[str], stop: asyncio.Event, *, prefix: str = ""
) -> None:
    """Work `queues` until `stop`: what is on the wire is finished, the rest given back."""
    worker = build(name_of(HOST(), PID()), deps, stop)
    journal = await opened(deps.sessions, journals_of(deps.settings), stop)
    if journal is None:
        return
    worker.journal = journal
    try:
        await _work(worker, deps, queues, stop, prefix)
    finally:  # also where PostgreSQL is away: the next attempt makes a journal of its own
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await worker.shares.aclose()  # nobody waits any longer for what is not answered
        journal.close()


async def _work(
    worker: Worker, deps: Deps, queues: Collection[str], stop: asyncio.Event, prefix: str
) -> None:
    lines = lines_of(worker, queues, prefix)
    if deps.settings.rabbitmq_url is None:
        async with deps.sessions.begin() as tx:
            await forget_kicks(tx, [line.name for line in lines])
    loops = sweeps(deps.sessions, lines)
    loops[pauses.CHANNEL] = partial(heed, worker)
    wakes = {name: asyncio.Event() for name in loops}
    heard = {
        "jobs": lambda queue: wakes[queue].set() if queue in wakes else None,
        pauses.CHANNEL: lambda _: wakes[pauses.CHANNEL].set(),
        "mailing_stopped": lambda mailing: worker.stopped.add(int(mailing)),
        "mailing_changed": lambda _mailing: wakes["create"].set(),
    }
    await say(deps.sessions, queues)
    async with asyncio.TaskGroup() as group:
        group.create_task(listen(deps.engine, heard, stop))
        reading = partial(read_journals, deps.sessions, journals_of(deps.settings))
        group.create_task(each_second("recover", reading, asyncio.Event(), stop))
        group.create_task(beat(deps.sessions, queues, stop))
        for name, sweep in loops.items():
            group.create_task(each_second(name, sweep, wakes[name], stop))
        for line in lines:
            group.create_task(line.run(stop))


async def heed(worker: Worker) -> None:
    """Learn which queues and mailings stand still: what is being sent of them is broken off.

    A mailing's freeze is heard of sooner, but for where the connection was lost meanwhile.
    """
    async with worker.sessions() as tx:
        standing = await pauses.standing(tx)
        worker.stopped |= await stopped(tx)
    everything = pauses.QUEUES if pauses.EVERYTHING in standing else ()
    worker.resting = frozenset((*standing, *everything))


async def begin_duties(deps: Deps) -> None:
    """What Mail Center does for itself has its dates, from the first start on."""
    async with deps.sessions.begin() as tx:
        await duties.ensure(tx, await clock(tx))


def lines_of(worker: Worker, queues: Collection[str], prefix: str) -> list[Line]:
    """A line for each queue; one that is not ours is only published to, where others listen."""
    url = worker.settings.rabbitmq_url
    address = url.get_secret_value() if url else None
    return [
        _line(worker, queue, queue in queues, address, prefix)
        for queue in QUEUES
        if address or queue in queues
    ]


def _line(worker: Worker, queue: str, ours: bool, address: str | None, prefix: str) -> Line:
    return Line(
        queue,
        lambda: register(
            brokers.build(address, queue, prefix, partial(keep, worker, queue)), worker
        ),
        CONCURRENCY[queue] if ours else 0,
    )


async def keep(worker: Worker, queue: str, body: bytes, reason: str) -> None:
    """Write down a message that nobody understands; without PostgreSQL it is in its queue only."""
    try:
        async with worker.sessions.begin() as tx:
            await dead.keep(tx, queue, body, reason, await clock(tx))
    except (SQLAlchemyError, OSError) as error:
        log.warning("a dead letter is not written down", reason=type(error).__name__)


async def run_scheduler(deps: Deps, stop: asyncio.Event, *, prefix: str = "mail:hints") -> None:
    """Start what is due, woken on time by Redis, until `stop`."""
    await begin_duties(deps)
    await say(deps.sessions, ())
    hinted = Hinted()
    creating = partial(create, deps.sessions, hinted.taken)
    async with asyncio.TaskGroup() as group:
        group.create_task(beat(deps.sessions, (), stop))
        group.create_task(each_second("create", creating, hinted.wake, stop))
        group.create_task(port.listen(deps.sessions, deps.settings, stop))
        group.create_task(polling.watch(deps.engine, deps.sessions, deps.settings, stop))
        if deps.redis_url:
            group.create_task(run_hints(deps.sessions, deps.redis_url, hinted, stop, prefix))
