"""The tasks, by the names that jobs carry. Each takes its job, calls core and ends the job."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bound_contextvars
from taskiq import AsyncBroker

from core.clients import loading
from core.db import clock
from core.delivery import service as delivery
from core.delivery.sample import NOBODY
from core.errors import MailCenterError
from core.jobs import service as jobs
from core.jobs.models import Job
from core.outages import is_outage
from core.tasks import Background, ends
from workers.duties import DUTIES
from workers.sending import post_letter, post_sample, send_share
from workers.worker import Worker

log = structlog.get_logger(__name__)

ELSEWHERE = timedelta(seconds=1)  # until another process may have taken the share
EXTEND_EVERY = jobs.LEASE.total_seconds() / 3


@dataclass(frozen=True)
class Later:
    """The job goes on at a time, or after a pause; `failures` in a row make the pauses longer."""

    due_at: datetime | None = None
    pause: timedelta = timedelta()
    failures: int = 0


Task = Callable[[Worker, Job], Awaitable[Later | None]]


async def fill_run(worker: Worker, job: Job) -> Later | None:
    """Write down a run's recipients, a slice a transaction."""
    more = True
    while more and not worker.stop.is_set():
        async with worker.sessions.begin() as tx:
            now, above = await clock(tx), worker.settings.approval_above
            more = await delivery.fill_slice(tx, job.args["run_id"], now, above)
    return Later() if more else None


async def send_run(worker: Worker, job: Job) -> Later | None:
    """Send what is due of a run, and come back until it is finished.

    Where much waits, further workers are called, each with a job of its own. Those leave when
    there is nothing more for them.
    """
    run_id: int = job.args["run_id"]
    further = "share" in job.args
    if run_id in worker.at_work:  # this process has its share already
        return Later(pause=ELSEWHERE) if not further or await _worth(worker, run_id) else None
    worker.at_work.add(run_id)
    try:
        if not further:
            await _worth(worker, run_id)
        blocked = await send_share(worker, run_id)
    finally:
        worker.at_work.discard(run_id)
    if further and (blocked or not await _worth(worker, run_id)):
        return None
    return Later(blocked.until) if blocked else await _next(worker, run_id)


async def _worth(worker: Worker, run_id: int) -> int:
    """How many further workers a run can use; they are called."""
    async with worker.sessions.begin() as tx:
        return await delivery.call_others(tx, run_id, await clock(tx))


async def send_letter(worker: Worker, job: Job) -> Later | None:
    """Send a letter of the service itself."""
    await post_letter(worker, job.args["letter_id"])
    return None


async def send_sample(worker: Worker, job: Job) -> Later | None:
    """Send an owner a letter to look at."""
    args = job.args  # of an older version without a client
    await post_sample(worker, args["message_id"], args["user_id"], args.get("client_id", NOBODY))
    return None


async def load_clients(worker: Worker, job: Job) -> Later | None:
    """Load a file of clients; few at a time, since letters go by the same queue."""
    upload_id: int = job.args["upload_id"]
    if len(worker.loading) >= loading.AT_ONCE:
        return Later(pause=ELSEWHERE)
    worker.loading.add(upload_id)
    try:
        done = await loading.load(worker.sessions, worker.settings, upload_id, worker.stop)
    except Exception as error:  # somebody waits for the outcome, and the next try would fail alike
        if is_outage(error) and job.failures + 1 < jobs.MAX_FAILURES:
            raise
        log.exception("a file of clients could not be loaded", upload=upload_id)
        await loading.refuse(worker.sessions, upload_id, MailCenterError())
        return None
    finally:
        worker.loading.discard(upload_id)
    return None if done else Later(pause=ELSEWHERE)


async def send_mailing(worker: Worker, job: Job) -> Later | None:
    """Start a run of a mailing now, whatever its schedule says."""
    async with worker.sessions.begin() as tx:
        now = await clock(tx)
        await delivery.start_runs(tx, {job.args["mailing_id"]: now}, now)
    return None


TASKS: dict[str, Task] = {
    f"workers.tasks.{task.__name__}": task
    for task in (fill_run, send_run, send_letter, send_sample, load_clients, send_mailing, *DUTIES)
}


def register(broker: AsyncBroker, worker: Worker) -> AsyncBroker:
    """Make the tasks known to a broker; a message brings nothing but the job's id."""

    async def perform_job(job_id: int) -> None:
        await perform(worker, job_id)

    for name in TASKS:
        broker.register_task(perform_job, name)
    return broker


async def perform(worker: Worker, job_id: int) -> None:
    """Run a job that is due and nobody's; its row says what came of it."""
    async with worker.sessions.begin() as tx:
        job = await jobs.claim(tx, job_id, worker.name, await clock(tx))
    if job is not None:
        with bound_contextvars(**_ids(job)):
            await _perform(worker, job)


async def _perform(worker: Worker, job: Job) -> None:
    try:
        async with _extended(worker, job):
            later = await TASKS[job.task](worker, job)
    except BaseException as error:
        if ends(error):
            raise
        log.exception("job failed", task=job.task)
        async with worker.sessions.begin() as tx:
            await jobs.fail(tx, job, repr(error), await clock(tx))
    else:
        await _end(worker, job, later)


def _ids(job: Job) -> dict[str, int]:
    """What every line that is logged meanwhile is found by: its own, its run's and so on."""
    return {"job": job.id, **{name.removesuffix("_id"): n for name, n in job.args.items()}}


async def _end(worker: Worker, job: Job, later: Later | None) -> None:
    async with worker.sessions.begin() as tx:
        now = await clock(tx)
        if later is None:
            await jobs.done(tx, job, now)
        else:
            due_at = later.due_at or now + later.pause
            await jobs.later(tx, job, due_at, now, failures=later.failures)


@asynccontextmanager
async def _extended(worker: Worker, job: Job) -> AsyncIterator[None]:
    """Hold the job's lease while the block runs."""

    async def extend() -> None:
        while True:
            await asyncio.sleep(EXTEND_EVERY)
            try:
                async with worker.sessions.begin() as tx:
                    await jobs.extend(tx, job, await clock(tx))
            except (SQLAlchemyError, OSError) as error:
                log.warning("lease not extended", reason=type(error).__name__)

    background = Background()
    background.start(extend(), f"lease of job {job.id}")
    try:
        yield
    finally:
        await background.aclose()


async def _next(worker: Worker, run_id: int) -> Later | None:
    async with worker.sessions.begin() as tx:
        due_at = await delivery.next_look(tx, run_id, await clock(tx))
    return Later(due_at) if due_at else None
