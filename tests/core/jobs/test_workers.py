"""Workers say that they are there; the history of their jobs ends somewhere."""

from datetime import datetime, timedelta

from core.db import Transaction
from core.jobs import history, service, workers
from core.version import version

MAIL = "workers.tasks.send_letter"


async def test_a_beating_worker_is_alive_and_a_silent_one_is_not(
    tx: Transaction, now: datetime
) -> None:
    name = await workers.beat(tx, "host", 7, ["mail.tx", "mail.bulk"], now)
    job = await service.enqueue(tx, MAIL, "mail.tx", {}, now)
    await service.claim(tx, job.id, name, now)
    later = now + timedelta(seconds=5)
    await workers.beat(tx, "host", 7, ["mail.tx"], later)
    [seen] = await workers.all_of(tx, later)
    assert (seen.name, seen.queues, seen.running, seen.alive) == ("host:7", ["mail.tx"], 1, True)
    assert (seen.since, seen.seen_at, seen.version) == (now, later, version())
    [silent] = await workers.all_of(tx, later + timedelta(minutes=1))
    assert not silent.alive


async def test_dates_are_counted_by_what_started_them_and_a_beat_keeps_the_counts(
    tx: Transaction, now: datetime
) -> None:
    await workers.started(tx, "host", 7, 5, "sweep")  # who never said so is not counted
    for queues in (["mail.tx"], []):  # a worker and a scheduler in one process
        await workers.beat(tx, "host", 7, queues, now)
        await workers.started(tx, "host", 7, 2, "hint")
        await workers.started(tx, "host", 7, 1, "sweep")
    [seen] = await workers.all_of(tx, now)
    assert (seen.started_by_hint, seen.started_by_sweep, seen.queues) == (4, 2, ["mail.tx"])


async def test_a_worker_that_ends_well_is_gone_and_a_dead_one_a_day_later(
    tx: Transaction, now: datetime
) -> None:
    for pid in (1, 2):
        await workers.beat(tx, "host", pid, ["mail.tx"], now)
    await workers.leave(tx, "host", 1)
    assert [each.pid for each in await workers.all_of(tx, now)] == [2]
    assert await workers.forget_dead(tx, now + timedelta(hours=23)) == 0
    assert await workers.forget_dead(tx, now + timedelta(hours=25)) == 1


async def test_only_ended_jobs_are_forgotten_and_only_old_ones(
    tx: Transaction, now: datetime
) -> None:
    for age in (10, 1):
        ended = now - timedelta(days=age)
        job = await service.enqueue(tx, MAIL, "mail.tx", {}, ended)
        claimed = await service.claim(tx, job.id, "host:1", ended)
        assert claimed
        await service.done(tx, claimed, ended)
    await service.enqueue(tx, MAIL, "mail.tx", {}, now - timedelta(days=20))
    assert await history.forget(tx, now - timedelta(days=5)) == 1
    assert await history.forget(tx, now - timedelta(days=5)) == 0
