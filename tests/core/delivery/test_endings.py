"""A run that is over for those who wait ends at once, whatever its job waits for."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import Transaction
from core.delivery import service
from core.delivery.models import Delivery, Run
from core.delivery.service import Settled
from core.errors import Conflict
from core.jobs.models import Job
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.users.models import User
from tests.core.delivery.makers import started

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Waiting:
    """A run of three: one was refused, one is to be tried again in an hour, as the job is, and
    nobody has claimed the third."""

    def __init__(self, run: Run, job: Job, mailing: Mailing, owner: User, refused: int) -> None:
        self.run, self.job, self.mailing, self.owner = run, job, mailing, owner
        self.refused = refused

    async def statuses(self, tx: Transaction) -> list[tuple[str, str | None]]:
        query = select(Delivery.status, Delivery.reason).where(Delivery.run_id == self.run.id)
        found = await tx.execute(query.order_by(Delivery.client_id))
        return [(status, reason) for status, reason in found]

    async def end(self, tx: Transaction, now: datetime) -> None:
        """As a worker does, without an account."""
        await tx.refresh(self.job)
        assert self.job.due_at == now
        assert await service.is_over(tx, self.run.id, now)
        assert await service.leave_out(tx, self.run.id, now) == 1
        assert await service.leave_out(tx, self.run.id, now) == 1
        assert await service.leave_out(tx, self.run.id, now) == 0
        assert await service.next_look(tx, self.run.id, now) is None
        await tx.refresh(self.run)
        await tx.refresh(self.mailing)
        assert self.run.status == self.mailing.status == "finished"


@pytest.fixture
async def waiting(tx: Transaction, now: datetime) -> Waiting:
    run = await started(tx, now, clients=3)
    rows = (await service.take(tx, run.id, 2, now)).rows
    refused, busy = rows
    outcomes = [
        Settled(refused.client_id, refused.claim, "failed", 550),
        Settled(busy.client_id, busy.claim, "deferred", 450, retry_in=HOUR),
    ]
    await service.settle(tx, run.id, "a", outcomes, now)
    job = (await tx.scalars(select(Job).where(Job.key == service.send_key(run.id)))).one()
    job.due_at = now + HOUR
    await tx.flush()
    mailing = await tx.get_one(Mailing, run.mailing_id)
    owner = await tx.get_one(User, mailing.owner_id)
    return Waiting(run, job, mailing, owner, refused.client_id)


async def test_finished_by_its_owner_it_leaves_out_who_waits_and_is_over(
    tx: Transaction, waiting: Waiting, now: datetime
) -> None:
    assert await service.revive(tx, now) == 0
    await mailings.finish(tx, waiting.owner, waiting.mailing.id, now)
    assert await service.revive(tx, now) == 1
    assert await service.revive(tx, now) == 0
    await waiting.end(tx, now)
    left_out = ("skipped", "mailing_finished")
    assert await waiting.statuses(tx) == [("failed", None), left_out, left_out]


async def test_so_does_one_whose_deadline_passes(
    tx: Transaction, waiting: Waiting, now: datetime
) -> None:
    waiting.run.send_before = now + MINUTE
    await tx.flush()
    assert await service.revive(tx, now) == 0
    assert not await service.is_over(tx, waiting.run.id, now)
    assert await service.leave_out(tx, waiting.run.id, now) == 0
    late = now + MINUTE
    assert await service.revive(tx, late) == 1
    await waiting.end(tx, late)
    left_out = ("skipped", "too_late")
    assert await waiting.statuses(tx) == [("failed", None), left_out, left_out]


async def test_a_frozen_one_stands_still_whatever_passes(
    tx: Transaction, waiting: Waiting, now: datetime
) -> None:
    waiting.run.send_before = now + MINUTE
    await mailings.freeze(tx, waiting.owner, waiting.mailing.id, now)
    late = now + 2 * MINUTE
    assert await service.revive(tx, late) == 0
    assert not await service.is_over(tx, waiting.run.id, late)
    assert await service.leave_out(tx, waiting.run.id, late) == 0


async def test_a_job_that_breaks_keeps_its_pauses(
    tx: Transaction, waiting: Waiting, now: datetime
) -> None:
    waiting.job.failures = 3
    await mailings.finish(tx, waiting.owner, waiting.mailing.id, now)
    assert await service.revive(tx, now) == 0


async def test_nobody_who_was_to_get_nothing_more_goes_out_with_those_tried_again(
    tx: Transaction, waiting: Waiting, now: datetime
) -> None:
    await mailings.finish(tx, waiting.owner, waiting.mailing.id, now)
    with pytest.raises(Conflict, match="just ending"):
        await service.retry_failed(tx, waiting.owner, waiting.run.id, now)
    assert waiting.mailing.status == "finished"
    await service.revive(tx, now)
    await waiting.end(tx, now)
    assert await service.retry_failed(tx, waiting.owner, waiting.run.id, now) == 1
    claim = await service.take(tx, waiting.run.id, 10, now)
    assert [row.client_id for row in claim.rows] == [waiting.refused]


async def test_a_run_past_its_deadline_is_tried_again_when_it_is_over(
    tx: Transaction, waiting: Waiting, now: datetime
) -> None:
    waiting.run.send_before = now
    await tx.flush()
    with pytest.raises(Conflict, match="just ending"):
        await service.retry_failed(tx, waiting.owner, waiting.run.id, now)
    await service.revive(tx, now)
    await waiting.end(tx, now)
    assert await service.retry_failed(tx, waiting.owner, waiting.run.id, now) == 1
    claim = await service.take(tx, waiting.run.id, 10, now)
    assert [row.client_id for row in claim.rows] == [waiting.refused]


async def test_before_its_deadline_those_tried_again_and_those_who_wait_share_it(
    tx: Transaction, waiting: Waiting, now: datetime
) -> None:
    waiting.run.send_before = now + MINUTE
    await tx.flush()
    assert await service.retry_failed(tx, waiting.owner, waiting.run.id, now) == 1
    assert len((await service.take(tx, waiting.run.id, 10, now)).rows) == 1
    late = await service.take(tx, waiting.run.id, 10, now + HOUR)
    assert (late.rows, late.skipped) == ([], 1)
