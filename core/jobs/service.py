"""Jobs: written in the caller's transaction, leased while they run, never lost with a queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core.db import Json, Transaction
from core.jobs.models import Job, Pause

Queue = Literal["mail.tx", "mail.bulk"]

EVERYTHING = "everything"  # what stands still in maintenance
LEASE = timedelta(seconds=15)
MAX_FAILURES = 10


@dataclass(frozen=True)
class NewJob:
    """A job to be written; one with the `key` of an earlier job is that job."""

    task: str
    queue: Queue
    args: Json
    key: str | None = None
    due_at: datetime | None = None


async def enqueue(
    tx: Transaction,
    task: str,
    queue: Queue,
    args: Json,
    now: datetime,
    *,
    key: str | None = None,
    due_at: datetime | None = None,
) -> Job:
    """Write a job down; workers hear of it when the transaction commits."""
    made = await enqueue_many(tx, [NewJob(task, queue, args, key, due_at)], now)
    if made:
        return made[0]
    return (await tx.execute(select(Job).where(Job.key == key))).scalar_one()


async def enqueue_many(tx: Transaction, jobs: Sequence[NewJob], now: datetime) -> Sequence[Job]:
    """Write many jobs at once; those whose key is known already are left out of the answer."""
    if not jobs:
        return []
    rows = [
        {
            "task": job.task,
            "queue": job.queue,
            "args": job.args,
            "key": job.key,
            "due_at": job.due_at or now,
            "created_at": now,
        }
        for job in jobs
    ]
    insert_new = insert(Job).on_conflict_do_nothing(index_elements=[Job.key]).returning(Job)
    made = (await tx.scalars(insert_new, rows)).all()
    await notify(tx, {job.queue for job in jobs})
    return made


async def wake(tx: Transaction, key: str, now: datetime) -> bool:
    """Queue a job that has ended once more; one still open is left alone."""
    ended = update(Job).where(Job.key == key, Job.status.in_(("done", "failed")))
    queue = await tx.scalar(
        ended.values(status="queued", due_at=now, kicked_at=None, failures=0).returning(Job.queue)
    )
    if queue:
        await notify(tx, {queue})
    return queue is not None


async def notify(tx: Transaction, queues: set[str]) -> None:
    """Tell listening workers at commit that these queues have work."""
    for queue in queues:
        await tx.execute(select(func.pg_notify("jobs", queue)))


async def claim(tx: Transaction, job_id: int, worker: str, now: datetime) -> Job | None:
    """Take a due job for `worker`; None when it is taken, done, not due yet or paused."""
    free = or_(
        (Job.status == "queued") & (Job.due_at <= now),
        (Job.status == "running") & (Job.lease_until < now),
    )
    taken = update(Job).where(Job.id == job_id, free, going())
    values = {
        "status": "running",
        "worker": worker,
        "attempts": Job.attempts + 1,
        "lease_until": now + LEASE,
        "started_at": now,
        "finished_at": None,
    }
    job: Job | None = await tx.scalar(taken.values(values).returning(Job))
    return job


def going() -> ColumnElement[bool]:
    """The condition for a job's queue to stand still neither by itself nor with everything."""
    paused = or_(Pause.what == Job.queue, Pause.what == EVERYTHING)
    return ~exists().where(paused).correlate(Job)


async def extend(tx: Transaction, job: Job, now: datetime) -> bool:
    """Hold a running job longer; False when it was lost to another attempt."""
    return await _settle(tx, job, lease_until=now + LEASE)


async def done(tx: Transaction, job: Job, now: datetime) -> bool:
    """The job has had its effect."""
    return await _settle(
        tx, job, status="done", lease_until=None, finished_at=now, error=None, failures=0
    )


async def later(
    tx: Transaction, job: Job, due_at: datetime, now: datetime, *, failures: int = 0
) -> bool:
    """The job has done a part of its work and goes on at `due_at`."""
    if due_at <= now:
        await notify(tx, {job.queue})
    return await _settle(
        tx,
        job,
        status="queued",
        lease_until=None,
        kicked_at=None,
        due_at=due_at,
        finished_at=now,
        error=None,
        failures=failures,
    )


async def fail(tx: Transaction, job: Job, error: str, now: datetime) -> bool:
    """The job broke: it is tried again with growing pauses, and given up in the end."""
    failures = job.failures + 1
    given_up = failures >= MAX_FAILURES
    return await _settle(
        tx,
        job,
        status="failed" if given_up else "queued",
        lease_until=None,
        kicked_at=None,
        due_at=job.due_at if given_up else now + pause(failures),
        finished_at=now,
        error=error,
        failures=failures,
    )


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: 2 s, 4 s, 8 s ... up to 5 minutes."""
    return min(timedelta(seconds=2**failures), timedelta(minutes=5))


async def _settle(tx: Transaction, job: Job, **values: object) -> bool:
    """Only the attempt that holds the job may change it."""
    mine = (Job.id == job.id, Job.status == "running", Job.attempts == job.attempts)
    changed = await tx.execute(update(Job).where(*mine).values(**values).returning(Job.id))
    return changed.first() is not None
