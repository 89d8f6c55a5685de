"""The loops of a worker process: create what is due, kick what is queued, mend what is lost.

Every one sweeps each second; a notice from PostgreSQL, a hint from Redis or a date known to be
near only makes it sooner.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

import structlog

from core.clients import loading
from core.db import Sessions, clock
from core.delivery import service as delivery
from core.delivery.start import start_behind
from core.jobs import queries
from core.jobs.workers import Cause, started
from core.letters import service as letters
from core.scheduling.queries import until_next
from core.tasks import ends, finished_first, rest
from workers.beats import HOST, PID
from workers.line import Line, QueueAway

log = structlog.get_logger(__name__)

EVERY = 1.0
SOONEST = 0.1  # seconds between two sweeps, however many dates are near

# A sweep may say in how many seconds it will be wanted.
Sweep = Callable[[], Awaitable[float | None]]


async def each_second(name: str, sweep: Sweep, wake: asyncio.Event, stop: asyncio.Event) -> None:
    """Sweep each second and on `wake` until `stop`; trouble is told once and tried again."""
    troubled = False
    while not stop.is_set():
        wake.clear()
        try:
            pause = await sweep()
            troubled = False
        except BaseException as error:
            if ends(error):
                raise
            if not troubled:
                log.warning("sweep failed, trying again", sweep=name, exc_info=error)
            troubled = True
            await finished_first(asyncio.sleep(EVERY), stop)
            continue
        await rest(EVERY if pause is None else min(EVERY, max(SOONEST, pause)), wake, stop)


async def create(sessions: Sessions, hinted: Callable[[], bool] = lambda: False) -> float | None:
    """Start the runs and jobs of all dates that have come; says in how many seconds one will.

    What it starts is counted by whether it was `hinted` or looked by itself.
    """
    cause: Cause = "hint" if hinted() else "sweep"
    while (left := await _until_next(sessions)) is not None and left <= timedelta():
        async with sessions.begin() as tx:
            taken = await delivery.start_due(tx, await clock(tx))
            if taken:
                await started(tx, HOST(), PID(), taken, cause)
        if not taken:  # others are at it
            return None
        log.info("dates started", count=taken, started_by=cause)
    return left.total_seconds() if left is not None else None


async def _until_next(sessions: Sessions) -> timedelta | None:
    async with sessions() as tx:
        return await until_next(tx)


async def relay(sessions: Sessions, line: Line) -> None:
    """Put the ids of due jobs into their queue."""
    if not line.open:
        return
    async with sessions.begin() as tx:
        jobs = list(await queries.take_to_kick(tx, line.name, await clock(tx)))
    try:
        while jobs:
            job_id, task = jobs[-1]
            await line.kick(task, job_id)
            jobs.pop()
    except QueueAway:
        log.warning("queue takes nothing, trying again", queue=line.name)
        async with sessions.begin() as tx:
            await queries.unkick(tx, [job_id for job_id, _ in jobs])


async def mend(sessions: Sessions) -> None:
    """Find what a lost worker held and what waits for nobody."""
    steps = (
        queries.release_lost,
        delivery.expire,
        letters.sweep,
        delivery.revive,
        start_behind,
        loading.give_up,
    )
    for step in steps:
        async with sessions.begin() as tx:
            found = await step(tx, await clock(tx))
        if found:
            log.info("mended", step=step.__name__, found=found)


def sweeps(sessions: Sessions, lines: Sequence[Line]) -> dict[str, Sweep]:
    """The loops by name; a relay for each queue, so that none waits while another is filled."""
    return {
        "create": partial(create, sessions),
        "mend": partial(mend, sessions),
        **{line.name: partial(relay, sessions, line) for line in lines},
    }
