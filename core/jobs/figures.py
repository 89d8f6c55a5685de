"""Jobs in numbers: by state, by hour, by worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, union_all

from core.db import Transaction
from core.jobs.models import Job

LATELY = timedelta(hours=24)


@dataclass(frozen=True)
class TaskView:
    """A kind of task of the last day."""

    task: str
    done: int
    failed: int
    average: timedelta | None
    longest: timedelta | None


async def by_state(tx: Transaction, now: datetime) -> dict[tuple[str, str], int]:
    """Open jobs, and those that ended in the last day, by queue and state."""
    ended = Job.status.in_(("done", "failed")) & (Job.finished_at > now - LATELY)
    counted = select(Job.queue, Job.status, func.count()).group_by(Job.queue, Job.status)
    states = (Job.status == "queued", Job.status == "running", ended)  # each has its index
    rows = await tx.execute(union_all(*(counted.where(state) for state in states)))
    return {(queue, status): n for queue, status, n in rows}


async def by_hour(tx: Transaction, now: datetime) -> dict[datetime, tuple[int, ...]]:
    """Done and failed jobs of the last day."""
    hour = func.date_trunc("hour", Job.finished_at)
    query = (
        select(hour, *_counts("done", "failed"))
        .where(Job.finished_at > now - LATELY)
        .group_by(hour)
    )
    return {at: (done, failed) for at, done, failed in await tx.execute(query)}


async def by_worker(tx: Transaction, now: datetime) -> dict[str, tuple[int, ...]]:
    """Done and failed jobs of the last day, by the worker that had them last."""
    done, failed = _counts("done", "failed")
    query = select(Job.worker, done, failed).where(Job.worker.is_not(None))
    recent = query.where(Job.finished_at > now - LATELY).group_by(Job.worker)
    return {name or "": (n_done, n_failed) for name, n_done, n_failed in await tx.execute(recent)}


async def by_task(tx: Transaction, now: datetime) -> Sequence[TaskView]:
    """How often and how long each task ran."""
    took = Job.finished_at - Job.started_at
    done, failed = _counts("done", "failed")
    query = select(Job.task, done, failed, func.avg(took), func.max(took))
    recent = query.where(Job.finished_at > now - LATELY).group_by(Job.task).order_by(Job.task)
    return [TaskView(*row) for row in await tx.execute(recent)]


async def failed(tx: Transaction, limit: int = 20) -> Sequence[Job]:
    """Jobs that were given up, the latest first."""
    query = select(Job).where(Job.status == "failed").order_by(Job.id.desc()).limit(limit)
    return (await tx.scalars(query)).all()


def _counts(*states: str) -> list[ColumnElement[int]]:
    return [func.count().filter(Job.status == state) for state in states]
