"""The project's own recurring duties, kept as any other schedule."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.db import Transaction
from core.duties.models import Duty
from core.scheduling import queries as schedules
from core.scheduling.registry import register
from core.scheduling.service import create_task_interval, update_task_interval

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

# Name, which is the task's, and how often. The first time is when the duty is first known.
DUTIES: dict[str, timedelta] = {
    register("workers.tasks.erase_accounts"): HOUR,
    register("workers.tasks.forget_deliveries"): DAY,
    register("workers.tasks.forget_grants"): DAY,
    register("workers.tasks.forget_jobs"): DAY,
    register("workers.tasks.forget_letters"): DAY,
    register("workers.tasks.forget_news"): DAY,
    register("workers.tasks.forget_updates"): DAY,
    register("workers.tasks.forget_uploads"): HOUR,
    register("workers.tasks.forget_workers"): DAY,
    register("workers.tasks.refresh_zones"): DAY,
    register("workers.tasks.write_digests"): HOUR,
}


async def ensure(tx: Transaction, now: datetime) -> None:
    """Every duty has its schedule, with the interval of this version."""
    for name, interval in DUTIES.items():
        await _ensure(tx, name, interval, now)


async def _ensure(tx: Transaction, name: str, interval: timedelta, now: datetime) -> None:
    # Of processes that start together one makes the row; the others wait here for its commit.
    await tx.execute(insert(Duty).values(name=name).on_conflict_do_nothing())
    duty = (await tx.scalars(select(Duty).where(Duty.name == name).with_for_update())).one()
    known = await schedules.find(tx, duty)
    if known is None:
        await create_task_interval(duty, name, interval, now, now=now)
    else:
        await update_task_interval(duty, interval, known.start_at, ("interval",), now=now)
