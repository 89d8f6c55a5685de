"""The duty that drops who got which letter does what the settings say."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.bootstrap import Deps
from core.db import Sessions, clock
from core.delivery.models import Delivery, Run
from core.jobs.models import Job
from core.settings import Settings
from tests.core.delivery.makers import started
from workers.tasks import TASKS
from workers.worker import Worker, build


def worker_of(deps: Deps) -> Worker:
    return build("test", deps, asyncio.Event())


async def rows(sessions: Sessions) -> int:
    async with sessions() as tx:
        return (await tx.scalars(select(func.count()).select_from(Delivery))).one()


@pytest.mark.parametrize(("days", "left"), [(0, 3), (20, 3), (5, 0)])
async def test_rows_are_kept_for_good_or_for_so_many_days(
    sessions: Sessions, make_deps: Callable[..., Deps], days: int, left: int
) -> None:
    async with sessions.begin() as tx:
        now = await clock(tx)
        await started(tx, now)
        over = {"status": "finished", "finished_at": now - timedelta(days=10)}
        await tx.execute(update(Run).values(**over))
    job = Job(task="workers.tasks.forget_deliveries")
    await TASKS[job.task](worker_of(make_deps(retention_days=days)), job)
    assert await rows(sessions) == left


def test_nothing_is_dropped_unless_it_is_asked_for() -> None:
    assert Settings(_env_file=None).retention is None  # type: ignore[call-arg]
