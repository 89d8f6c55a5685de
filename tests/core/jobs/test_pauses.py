"""What stands still: none of its jobs begins, nothing of it is lost, and it goes on at once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import Transaction
from core.delivery.start import start_due
from core.jobs import dead, pauses, queries, service
from core.jobs.models import DeadLetter, Job
from core.mailings import figures
from core.mailings import service as mailings
from core.scheduling.rules import Recurrence
from tests import factories

SECOND = timedelta(seconds=1)


async def put(tx: Transaction, queue: service.Queue, now: datetime) -> Job:
    return await service.enqueue(tx, "workers.tasks.fill_run", queue, {"run_id": 1}, now)


@pytest.mark.parametrize(
    ("what", "resting"), [("mail.bulk", {"mail.bulk"}), ("everything", {"mail.tx", "mail.bulk"})]
)
async def test_no_job_of_it_is_handed_out_or_taken(
    tx: Transaction, now: datetime, what: str, resting: set[str]
) -> None:
    jobs = {queue: await put(tx, queue, now) for queue in pauses.QUEUES}  # type: ignore[arg-type]
    assert await pauses.stop(tx, what, "root@example.org", now)
    assert not await pauses.stop(tx, what, "other@example.org", now)
    for queue, job in jobs.items():
        rests = queue in resting
        assert await pauses.stands(tx, queue) is rests
        assert bool(await queries.take_to_kick(tx, queue, now)) is not rests
        assert bool(await service.claim(tx, job.id, "worker", now)) is not rests


async def test_a_message_that_came_too_late_is_handed_out_again_at_once(
    tx: Transaction, now: datetime
) -> None:
    job = await put(tx, "mail.bulk", now)
    assert await queries.take_to_kick(tx, "mail.bulk", now)
    await pauses.stop(tx, "mail.bulk", "root", now)
    assert await service.claim(tx, job.id, "worker", now) is None  # its message is used up
    assert await pauses.go_on(tx, "mail.bulk")
    assert not await pauses.go_on(tx, "mail.bulk")
    assert await queries.take_to_kick(tx, "mail.bulk", now + SECOND)
    assert await service.claim(tx, job.id, "worker", now + SECOND)


async def test_in_maintenance_dates_wait(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    await factories.client(tx, owner)
    message = await factories.message(tx, owner)
    every_day, start = Recurrence("days"), now + timedelta(minutes=5)
    await mailings.accept(tx, owner, message.id, "all", None, every_day, start, now)
    later = start + SECOND
    await pauses.stop(tx, pauses.EVERYTHING, "root", now)
    assert await start_due(tx, later) == 0
    assert (await figures.figures(tx, owner, later)).standing_still
    await pauses.go_on(tx, pauses.EVERYTHING)
    assert await start_due(tx, later) == 1


async def test_a_dead_letter_is_kept_readable_whatever_it_holds(
    tx: Transaction, now: datetime
) -> None:
    await dead.keep(tx, "mail.tx", b"\xff\0" + b"x" * 10_000, "no message of ours", now)
    assert await dead.count(tx) == 1
    kept = (await tx.scalars(select(DeadLetter))).one()
    assert kept.body.startswith("\ufffd\ufffdx")
    assert len(kept.body) == dead.LONGEST
