"""The history of jobs ends somewhere."""

from datetime import datetime

from sqlalchemy import delete, select

from core.db import Transaction
from core.jobs.models import Job

AT_ONCE = 5000


async def forget(tx: Transaction, before: datetime) -> int:
    """Drop some jobs that ended before a moment; says how many, so that the caller goes on."""
    ended = select(Job.id).where(Job.status.in_(("done", "failed")), Job.finished_at < before)
    some = delete(Job).where(Job.id.in_(ended.limit(AT_ONCE)))
    return len((await tx.scalars(some.returning(Job.id))).all())
