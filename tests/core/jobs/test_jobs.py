"""Jobs are taken once, come back when they break, and survive a lost worker or queue."""

from datetime import datetime, timedelta

from core.db import Transaction
from core.jobs import queries, service
from core.jobs.models import Job

SECOND = timedelta(seconds=1)


async def put(tx: Transaction, now: datetime, **fields: object) -> Job:
    return await service.enqueue(
        tx,
        "workers.tasks.fill_run",
        "mail.bulk",
        {"run_id": 1},
        now,
        **fields,  # type: ignore[arg-type]
    )


async def test_a_job_is_taken_once(tx: Transaction, now: datetime) -> None:
    job = await put(tx, now)
    assert await service.claim(tx, job.id, "first", now)
    assert await service.claim(tx, job.id, "second", now) is None


async def test_the_same_key_is_the_same_job(tx: Transaction, now: datetime) -> None:
    first, again = await put(tx, now, key="5:1"), await put(tx, now, key="5:1")
    assert first.id == again.id


async def test_a_job_in_the_future_waits(tx: Transaction, now: datetime) -> None:
    job = await put(tx, now, due_at=now + SECOND)
    assert await queries.take_to_kick(tx, "mail.bulk", now) == []
    assert await service.claim(tx, job.id, "w", now) is None
    assert await service.claim(tx, job.id, "w", now + SECOND)


async def test_a_kick_is_not_repeated_until_it_is_probably_lost(
    tx: Transaction, now: datetime
) -> None:
    job = await put(tx, now)
    kicked = [(job.id, "workers.tasks.fill_run")]
    assert await queries.take_to_kick(tx, "mail.tx", now) == []
    assert await queries.take_to_kick(tx, "mail.bulk", now) == kicked
    assert await queries.take_to_kick(tx, "mail.bulk", now + SECOND) == []
    assert await queries.take_to_kick(tx, "mail.bulk", now + 11 * SECOND) == kicked


async def test_a_kick_the_queue_refused_is_repeated_at_once(tx: Transaction, now: datetime) -> None:
    job = await put(tx, now)
    await queries.take_to_kick(tx, "mail.bulk", now)
    await queries.unkick(tx, [job.id])
    assert len(await queries.take_to_kick(tx, "mail.bulk", now)) == 1


async def test_few_messages_wait_in_the_queue_however_many_jobs_do(
    tx: Transaction, now: datetime
) -> None:
    many = [service.NewJob("workers.tasks.fill_run", "mail.bulk", {}) for _ in range(600)]
    assert len(await service.enqueue_many(tx, many, now)) == 600
    assert len(await queries.take_to_kick(tx, "mail.bulk", now)) == queries.WINDOW
    assert await queries.take_to_kick(tx, "mail.bulk", now) == []


async def test_a_broken_job_comes_back_later_and_is_given_up_in_the_end(
    tx: Transaction, now: datetime
) -> None:
    job = await put(tx, now)
    for _ in range(service.MAX_FAILURES):
        taken = await service.claim(tx, job.id, "w", now)
        assert taken
        assert await service.fail(tx, taken, "ValueError: broken", now)
        assert await service.claim(tx, job.id, "w", now) is None
        now += timedelta(minutes=5)
    await tx.refresh(job)
    assert (job.status, job.error) == ("failed", "ValueError: broken")


async def test_a_worker_that_lost_its_lease_cannot_end_the_job(
    tx: Transaction, now: datetime
) -> None:
    job = await put(tx, now)
    slow = await service.claim(tx, job.id, "slow", now)
    assert slow
    tx.expunge(slow)
    now += service.LEASE + SECOND
    assert await queries.release_lost(tx, now) == [job.id]
    assert await service.claim(tx, job.id, "quick", now)
    assert not await service.extend(tx, slow, now)
    assert not await service.done(tx, slow, now)


async def test_a_job_that_takes_its_workers_with_it_waits_longer_and_is_given_up(
    tx: Transaction, now: datetime
) -> None:
    job = await put(tx, now)
    waited = []
    for _ in range(service.MAX_FAILURES):
        assert await service.claim(tx, job.id, "w", now)
        lost_at = now + service.LEASE + SECOND
        assert await queries.release_lost(tx, lost_at) == [job.id]
        await tx.refresh(job)
        now = max(job.due_at, lost_at)
        waited.append((now - lost_at).total_seconds())
    assert waited == [0, 0, 0, 16, 32, 64, 128, 256, 300, 0]
    assert (job.status, job.error, job.finished_at) == ("failed", "lease lost", lost_at)


async def test_an_extended_lease_is_not_lost(tx: Transaction, now: datetime) -> None:
    job = await put(tx, now)
    taken = await service.claim(tx, job.id, "w", now)
    assert taken
    assert await service.extend(tx, taken, now + service.LEASE / 2)
    assert await queries.release_lost(tx, now + service.LEASE + SECOND) == []
    assert await queries.release_lost(tx, now + 2 * service.LEASE) == [job.id]


async def test_an_ended_job_is_woken_and_an_open_one_left_alone(
    tx: Transaction, now: datetime
) -> None:
    job = await put(tx, now, key="run:1:send")
    assert not await service.wake(tx, "run:1:send", now)
    taken = await service.claim(tx, job.id, "w", now)
    assert taken
    await service.done(tx, taken, now)
    assert await service.wake(tx, "run:1:send", now)
    assert await service.claim(tx, job.id, "w", now)


async def test_a_job_that_goes_on_later_is_due_then(tx: Transaction, now: datetime) -> None:
    job = await put(tx, now)
    taken = await service.claim(tx, job.id, "w", now)
    assert taken
    assert await service.later(tx, taken, now + SECOND, now)
    assert await service.claim(tx, job.id, "w", now) is None
    assert await service.claim(tx, job.id, "w", now + SECOND)


async def test_what_waited_in_a_queue_that_is_no_more_is_kicked_at_once(
    tx: Transaction, now: datetime
) -> None:
    await put(tx, now)
    await queries.take_to_kick(tx, "mail.bulk", now)
    await queries.forget_kicks(tx, ["mail.bulk"])
    assert len(await queries.take_to_kick(tx, "mail.bulk", now)) == 1
