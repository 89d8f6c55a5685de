"""Trouble is found, told to administrators alone, and once a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from core import alerts
from core.db import Transaction
from core.jobs import pauses, service, workers
from core.jobs.models import DeadLetter, Job
from core.users.news import News
from tests import factories

HOUR = timedelta(hours=1)


async def late_job(tx: Transaction, now: datetime) -> Job:
    return await service.enqueue(tx, "workers.tasks.fill_run", "mail.bulk", {}, now - HOUR)


async def look(tx: Transaction, now: datetime) -> list[tuple[str, str]]:
    found = await alerts.look(tx, Path(), now, room=0.0)
    return [(alert.kind, alert.of) for alert in found]


async def told(tx: Transaction) -> Sequence[News]:
    return (await tx.scalars(select(News).order_by(News.id))).all()


async def test_a_quiet_installation_has_nothing_to_tell(tx: Transaction, now: datetime) -> None:
    await service.enqueue(tx, "workers.tasks.fill_run", "mail.bulk", {}, now)
    assert await look(tx, now) == []


async def test_a_queue_without_a_worker_is_told_to_administrators(
    tx: Transaction, now: datetime
) -> None:
    await factories.user(tx)
    administrator = await factories.user(tx, is_admin=True)
    await late_job(tx, now)
    await workers.beat(tx, "host", 1, ["mail.tx"], now)
    assert await look(tx, now) == [("no_worker", "mail.bulk")]
    news = (await told(tx))[-1]
    assert (news.user_id, news.kind) == (administrator.id, "alert")
    assert news.data == {"alert": "no_worker", "of": "mail.bulk", "n": 1, "minutes": 60}


async def test_a_queue_whose_workers_are_behind_is_another_trouble(
    tx: Transaction, now: datetime
) -> None:
    await late_job(tx, now)
    await workers.beat(tx, "host", 1, ["mail.bulk"], now)
    assert await look(tx, now) == [("late", "mail.bulk")]


async def test_schedulers_that_fell_silent_are_told_until_one_is_back(
    tx: Transaction, now: datetime
) -> None:
    await workers.beat(tx, "host", 1, [], now - timedelta(minutes=7))
    await workers.beat(tx, "host", 2, ["mail.bulk"], now)
    assert await look(tx, now) == [("no_scheduler", "")]
    await workers.beat(tx, "host", 3, [], now)
    assert await look(tx, now) == []


async def test_a_queue_that_is_to_stand_still_is_no_trouble(tx: Transaction, now: datetime) -> None:
    await late_job(tx, now)
    await pauses.stop(tx, "mail.bulk", "Анна", now)
    assert await look(tx, now) == []


async def test_tasks_that_failed_and_messages_nobody_understood_are_counted(
    tx: Transaction, now: datetime
) -> None:
    job = await late_job(tx, now)
    ended = {"status": "failed", "finished_at": now}
    await tx.execute(update(Job).where(Job.id == job.id).values(ended))
    tx.add(DeadLetter(queue="mail.tx", reason="unknown task", body="{}", received_at=now))
    await tx.flush()
    assert await look(tx, now) == [("failed", ""), ("dead_letters", "")]
    assert await look(tx, now + HOUR) == []


async def test_the_same_trouble_is_told_once_a_day(tx: Transaction, now: datetime) -> None:
    await factories.user(tx, is_admin=True)
    await late_job(tx, now)
    for hours in (0, 1, 24):
        await look(tx, now + hours * HOUR)
    assert [news.key for news in await told(tx)] == [
        "alert:no_worker:mail.bulk:2026-12-02",
        "alert:no_worker:mail.bulk:2026-12-03",
    ]


async def test_a_disk_that_fills_up_is_told(tx: Transaction, now: datetime, tmp_path: Path) -> None:
    for room, kinds in ((0.0, []), (1.1, ["disk"])):
        found = await alerts.look(tx, tmp_path / "not yet made", now, room)
        assert [alert.kind for alert in found] == kinds
