"""What a person does with a job: try it again now, or drop it."""

from datetime import datetime

from sqlalchemy import delete, update

from core.db import Transaction
from core.errors import Conflict
from core.jobs.models import Job
from core.jobs.service import notify


async def retry(tx: Transaction, job_id: int, now: datetime) -> None:
    """Queue a failed job anew, or a waiting one at once; Conflict for others."""
    idle = (Job.id == job_id, Job.status.in_(("failed", "queued")))
    again = {"status": "queued", "due_at": now, "kicked_at": None, "failures": 0}
    queue = await tx.scalar(update(Job).where(*idle).values(again).returning(Job.queue))
    if queue is None:
        raise Conflict
    await notify(tx, {queue})


async def drop(tx: Transaction, job_id: int) -> None:
    """Forget a job that nobody works on; Conflict for one that is running."""
    idle = (Job.id == job_id, Job.status != "running")
    if await tx.scalar(delete(Job).where(*idle).returning(Job.id)) is None:
        raise Conflict
