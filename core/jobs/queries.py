"""What the relay has to hand to the queues."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select, update

from core.db import Transaction
from core.jobs.models import Job
from core.jobs.service import MAX_FAILURES, going

KICK_AGAIN = timedelta(seconds=10)
UNSUSPECTED = 3  # losses in a row that a job is not blamed for
LONGEST = 300  # seconds
WINDOW = 500  # how many jobs may wait in a queue; the rest wait in the table


async def take_to_kick(tx: Transaction, queue: str, now: datetime) -> Sequence[tuple[int, str]]:
    """Due jobs (id, task) that no queue message points at, marked as kicked."""
    room = WINDOW - await _in_queue(tx, queue, now)
    if room <= 0:
        return []
    due = (
        select(Job.id)
        .where(Job.status == "queued", Job.queue == queue, Job.due_at <= now, _not_kicked(now))
        .where(going())
        .order_by(Job.due_at, Job.id)
        .limit(room)
        .with_for_update(skip_locked=True)
    )
    marked = update(Job).where(Job.id.in_(due)).values(kicked_at=now).returning(Job.id, Job.task)
    return [(job_id, task) for job_id, task in await tx.execute(marked)]


async def unkick(tx: Transaction, ids: Sequence[int]) -> None:
    """The queue did not take them: they are kicked again by the next sweep."""
    await tx.execute(
        update(Job).where(Job.id.in_(ids), Job.status == "queued").values(kicked_at=None)
    )


async def forget_kicks(tx: Transaction, queues: Sequence[str]) -> None:
    """These queues have just been made and are empty, whatever was kicked before."""
    kicked = (Job.status == "queued", Job.queue.in_(queues), Job.kicked_at.is_not(None))
    await tx.execute(update(Job).where(*kicked).values(kicked_at=None))


async def release_lost(tx: Transaction, now: datetime) -> Sequence[int]:
    """Queue again the jobs whose worker has stopped extending its lease.

    One that is lost again and again may be what ends its workers: it waits longer each time, as
    one that breaks, and is given up in the end.
    """
    lost = (
        select(Job.id)
        .where(Job.status == "running", Job.lease_until < now)
        .with_for_update(skip_locked=True)
    )
    failures = Job.failures + 1
    given_up = failures >= MAX_FAILURES
    at_once = failures <= UNSUSPECTED
    pause = func.make_interval(0, 0, 0, 0, 0, 0, func.least(func.power(2, failures), LONGEST))
    values = {
        "status": case((given_up, "failed"), else_="queued"),
        "lease_until": None,
        "kicked_at": None,
        "due_at": case((at_once | given_up, Job.due_at), else_=now + pause),
        "finished_at": case((given_up, now)),
        "error": "lease lost",
        "failures": failures,
    }
    freed = update(Job).where(Job.id.in_(lost)).values(values)
    return (await tx.scalars(freed.returning(Job.id))).all()


async def depth(tx: Transaction) -> dict[tuple[str, str], int]:
    """How many jobs are open, by queue and status."""
    open_ = select(Job.queue, Job.status, func.count()).where(Job.status.in_(("queued", "running")))
    counted = await tx.execute(open_.group_by(Job.queue, Job.status))
    return {(queue, status): n for queue, status, n in counted}


def _not_kicked(now: datetime) -> ColumnElement[bool]:
    return or_(Job.kicked_at.is_(None), Job.kicked_at < now - KICK_AGAIN)


async def _in_queue(tx: Transaction, queue: str, now: datetime) -> int:
    waiting = select(func.count()).where(
        Job.status == "queued", Job.queue == queue, Job.kicked_at >= now - KICK_AGAIN
    )
    return (await tx.execute(waiting)).scalar_one()
