"""The project's own duties are schedules like any other."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.db import Transaction
from core.delivery.start import start_due
from core.duties import service
from core.duties.models import Duty
from core.jobs.models import Job
from core.scheduling import queries
from core.scheduling.models import Schedule
from workers.tasks import TASKS


async def test_every_duty_has_one_schedule_however_often_it_is_asked_for(
    tx: Transaction, now: datetime
) -> None:
    for _ in range(2):
        await service.ensure(tx, now)
    made = select(func.count()).where(Schedule.object_type == "duties")
    assert await tx.scalar(made) == len(service.DUTIES)
    assert service.DUTIES.keys() <= TASKS.keys()


async def test_a_due_duty_becomes_a_job_and_comes_again(tx: Transaction, now: datetime) -> None:
    await service.ensure(tx, now)
    await start_due(tx, now)
    tasks = (await tx.scalars(select(Job.task))).all()
    assert sorted(tasks) == sorted(service.DUTIES)
    next_dates = set(await tx.scalars(select(Schedule.next_at)))
    assert next_dates == {now + interval for interval in service.DUTIES.values()}


async def test_a_changed_interval_moves_the_next_date(
    tx: Transaction, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.ensure(tx, now)
    await start_due(tx, now)
    name = "workers.tasks.forget_jobs"
    monkeypatch.setitem(service.DUTIES, name, timedelta(hours=1))
    await service.ensure(tx, now + timedelta(minutes=1))
    duty = (await tx.scalars(select(Duty).where(Duty.name == name))).one()
    schedule = await queries.find(tx, duty)
    assert schedule
    assert schedule.next_at == now + timedelta(hours=1)
