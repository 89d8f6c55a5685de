"""The owner decides about the failed and the uncertain; the ledger remembers both words."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import Transaction
from core.delivery import service
from core.delivery.models import Delivery, PastOutcome, Run
from core.delivery.service import Settled
from core.errors import Conflict, NotFound
from core.jobs.models import Job
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.messages.models import Message
from core.users.models import User
from tests import factories
from tests.core.delivery.makers import started

MINUTE = timedelta(minutes=1)


async def over(tx: Transaction, now: datetime, *outcomes: str) -> tuple[Run, User]:
    """A finished run with these outcomes, and its owner."""
    run = await started(tx, now, clients=len(outcomes))
    claim = await service.take(tx, run.id, 100, now)
    settled = [
        Settled(row.client_id, row.claim, outcome, 550 if outcome == "failed" else None)  # type: ignore[arg-type]
        for row, outcome in zip(claim.rows, outcomes, strict=True)
    ]
    await service.settle(tx, run.id, "a", settled, now)
    assert await service.finish_if_done(tx, run.id, now)
    await tx.refresh(run)
    mailing = await tx.get_one(Mailing, run.mailing_id, populate_existing=True)
    return run, await tx.get_one(User, mailing.owner_id)


async def statuses(tx: Transaction, run: Run) -> list[str]:
    query = select(Delivery.status).where(Delivery.run_id == run.id)
    return sorted(await tx.scalars(query))


async def test_the_failed_are_tried_again_in_their_run_and_it_finishes_once_more(
    tx: Transaction, now: datetime
) -> None:
    run, owner = await over(tx, now, "sent", "failed", "failed")
    assert await service.retry_failed(tx, owner, run.id, now + MINUTE) == 2
    assert await service.retry_failed(tx, owner, run.id, now + MINUTE) == 0
    assert (run.status, await statuses(tx, run)) == ("sending", ["queued", "queued", "sent"])
    job = (await tx.scalars(select(Job).where(Job.key == f"run:{run.id}:send"))).one()
    assert job.status == "queued"
    claim = await service.take(tx, run.id, 10, now + MINUTE)
    assert [row.attempt for row in claim.rows] == [1, 1]
    sent = [Settled(row.client_id, row.claim, "sent", 250) for row in claim.rows]
    await service.settle(tx, run.id, "a", sent, now + MINUTE)
    assert await service.finish_if_done(tx, run.id, now + MINUTE)
    mailing = await tx.get_one(Mailing, run.mailing_id, populate_existing=True)
    assert mailing.status == "finished"


async def test_the_earlier_answer_is_kept_with_who_decided(tx: Transaction, now: datetime) -> None:
    run, owner = await over(tx, now, "failed")
    await service.retry_failed(tx, owner, run.id, now + MINUTE)
    kept = (await tx.scalars(select(PastOutcome))).one()
    assert (kept.status, kept.smtp_code, kept.attempt) == ("failed", 550, 1)
    assert (kept.decision, kept.decided_by, kept.decided_at) == (
        *("send_again", owner.id),
        now + MINUTE,
    )


async def test_the_uncertain_are_counted_as_sent_and_the_run_stays_finished(
    tx: Transaction, now: datetime
) -> None:
    run, owner = await over(tx, now, "uncertain", "failed")
    assert await service.resolve_uncertain(tx, owner, run.id, "count_as_sent", now) == 1
    assert (run.status, await statuses(tx, run)) == ("finished", ["failed", "sent"])
    row = (await tx.scalars(select(Delivery).where(Delivery.status == "sent"))).one()
    assert row.reason == "decided"


async def test_a_late_answer_does_not_undo_what_the_owner_decided(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, clients=1)
    claim = await service.take(tx, run.id, 1, now)
    await service.expire(tx, now + MINUTE)
    mailing = await tx.get_one(Mailing, run.mailing_id)
    owner = await tx.get_one(User, mailing.owner_id)
    assert await service.resolve_uncertain(tx, owner, run.id, "send_again", now + MINUTE) == 1
    late = Settled(claim.rows[0].client_id, claim.rows[0].claim, "sent", 250)
    await service.settle(tx, run.id, "a", [late], now + MINUTE)
    assert await statuses(tx, run) == ["queued"]


async def test_nobody_decides_about_the_run_of_another(tx: Transaction, now: datetime) -> None:
    run, _ = await over(tx, now, "failed", "uncertain")
    stranger = await factories.user(tx)
    with pytest.raises(NotFound):
        await service.retry_failed(tx, stranger, run.id, now)
    with pytest.raises(NotFound):
        await service.resolve_uncertain(tx, stranger, run.id, "count_as_sent", now)
    with pytest.raises(NotFound):
        await service.retry_failed(tx, stranger, 0, now)
    assert await statuses(tx, run) == ["failed", "uncertain"]


async def test_while_another_run_is_open_nothing_is_sent_again(
    tx: Transaction, now: datetime
) -> None:
    run, owner = await over(tx, now, "failed")
    mailing = await tx.get_one(Mailing, run.mailing_id)
    mailing.status, mailing.finished_at = "active", None
    await tx.flush()
    await service.start_runs(tx, {mailing.id: now}, now)
    with pytest.raises(Conflict):
        await service.retry_failed(tx, owner, run.id, now)


@pytest.mark.parametrize("outcome", ["failed", "uncertain"])
async def test_the_deadline_of_a_run_that_is_over_keeps_nobody_from_being_tried_again(
    tx: Transaction, now: datetime, outcome: str
) -> None:
    run, owner = await over(tx, now, outcome)
    run.send_before = now + MINUTE
    await tx.flush()
    late = now + 2 * MINUTE
    if outcome == "failed":
        assert await service.retry_failed(tx, owner, run.id, late) == 1
    else:
        assert await service.resolve_uncertain(tx, owner, run.id, "send_again", late) == 1
    assert len((await service.take(tx, run.id, 10, late)).rows) == 1


async def test_an_inactive_message_is_not_sent_again_and_nobody_is_left_out_for_it(
    tx: Transaction, now: datetime
) -> None:
    run, owner = await over(tx, now, "failed", "uncertain")
    mailing = await tx.get_one(Mailing, run.mailing_id)
    message = await tx.get_one(Message, mailing.message_id)
    message.active = False
    await tx.flush()
    with pytest.raises(Conflict, match="is inactive") as told:
        await service.retry_failed(tx, owner, run.id, now)
    assert told.value.fields == {"subject": "Скидки до воскресенья"}
    with pytest.raises(Conflict, match="is inactive"):
        await service.resolve_uncertain(tx, owner, run.id, "send_again", now)
    assert (run.status, await statuses(tx, run)) == ("finished", ["failed", "uncertain"])
    message.active = True
    await tx.flush()
    assert await service.retry_failed(tx, owner, run.id, now) == 1


async def test_from_a_frozen_mailing_the_failed_wait_for_its_release(
    tx: Transaction, now: datetime
) -> None:
    run, owner = await over(tx, now, "failed")
    await service.retry_failed(tx, owner, run.id, now)
    await mailings.freeze(tx, owner, run.mailing_id, now)
    assert (await service.take(tx, run.id, 10, now)).frozen
    await mailings.unfreeze(tx, owner, run.mailing_id, now)
    assert len((await service.take(tx, run.id, 10, now)).rows) == 1
