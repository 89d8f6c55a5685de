"""What is left of a run when its rows have been kept long enough."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.db import Transaction
from core.delivery import report, retention, service
from core.delivery.models import Delivery, PastOutcome, Run
from core.delivery.returns import Return
from core.delivery.service import Settled
from core.mailings import ledger
from core.mailings.models import Mailing
from core.users.models import User
from tests.core.delivery.makers import started

DAY = timedelta(days=1)
GONE = (550, "5.1.1", "no such user")


async def sent_long_ago(tx: Transaction, at: datetime, clients: int = 10) -> Run:
    """A finished run: one failed, was tried again and failed again, one came back."""
    run = await started(tx, at, clients)
    await settle(tx, run, at, fails=1)
    await service.finish_if_done(tx, run.id, at)
    await service.retry_failed(tx, await owner_of(tx, run), run.id, at)
    await settle(tx, run, at + timedelta(minutes=1), fails=1)
    await service.finish_if_done(tx, run.id, at)
    came_back = await tx.scalar(
        select(func.min(Delivery.client_id)).where(
            Delivery.run_id == run.id, Delivery.status == "sent"
        )
    )
    about = {"kind": "bounce", "permanent": True, "reason": "gone", "text": ""}
    tx.add(Return(run_id=run.id, client_id=came_back, received_at=at, **about))
    await tx.flush()
    return run


async def settle(tx: Transaction, run: Run, at: datetime, fails: int) -> None:
    rows = (await service.take(tx, run.id, 100, at)).rows
    failed = [Settled(row.client_id, row.claim, "failed", *GONE) for row in rows[:fails]]
    sent = [Settled(row.client_id, row.claim, "sent", 250) for row in rows[fails:]]
    await service.settle(tx, run.id, "a", failed + sent[:1], at)
    await service.settle(tx, run.id, "a", sent[1:], at + timedelta(seconds=30))


async def owner_of(tx: Transaction, run: Run) -> User:
    return await tx.get_one(User, (await tx.get_one(Mailing, run.mailing_id)).owner_id)


async def left(tx: Transaction, run: Run) -> int:
    count = select(func.count()).where(Delivery.run_id == run.id)
    return (await tx.scalars(count)).one()


async def forget_all(tx: Transaction, before: datetime, now: datetime) -> int:
    steps = 0
    while await retention.forget(tx, before, now):
        steps += 1
    return steps


async def test_the_rows_go_in_slices_and_every_total_stays(
    tx: Transaction, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 4)
    run = await sent_long_ago(tx, now - 31 * DAY)
    owner = await owner_of(tx, run)
    earlier = await report.report(tx, owner, run.id)
    card = await ledger.runs_of(tx, run.mailing_id, now)
    assert (earlier.counts, earlier.failed) == ({"sent": 9, "failed": 1}, {"gone": 1})
    for rows in (6, 2, 0):
        assert await retention.forget(tx, now - 30 * DAY, now)
        assert await left(tx, run) == rows
        between = await report.report(tx, owner, run.id)
        for said in ("counts", "failed", "returned", "took", "skipped"):
            assert getattr(between, said) == getattr(earlier, said), said
        assert await ledger.runs_of(tx, run.mailing_id, now) == card
    assert not await retention.forget(tx, now - 30 * DAY, now)
    assert (between.forgotten, between.at_hand) == (True, {})
    for table in (PastOutcome, Return):
        assert await tx.scalar(select(func.count()).select_from(table)) == 0


async def test_only_runs_that_ended_before_are_touched(tx: Transaction, now: datetime) -> None:
    old, young = await sent_long_ago(tx, now - 3 * DAY), await sent_long_ago(tx, now - DAY)
    going_on = await started(tx, now - 5 * DAY)
    assert await forget_all(tx, now - 2 * DAY, now) == 1
    assert [await left(tx, run) for run in (old, young, going_on)] == [0, 10, 3]


async def test_those_in_doubt_stay_and_may_be_sent_to_again(tx: Transaction, now: datetime) -> None:
    run = await started(tx, now - 9 * DAY, clients=4)
    rows = (await service.take(tx, run.id, 10, now - 9 * DAY)).rows
    known = [Settled(row.client_id, row.claim, "sent", 250) for row in rows[1:]]
    doubt = [Settled(rows[0].client_id, rows[0].claim, "uncertain")]
    await service.settle(tx, run.id, "a", known + doubt, now - 9 * DAY)
    await service.finish_if_done(tx, run.id, now - 9 * DAY)
    await forget_all(tx, now - DAY, now - timedelta(hours=1))
    assert await left(tx, run) == 1
    owner = await owner_of(tx, run)
    assert await service.resolve_uncertain(tx, owner, run.id, "send_again", now) == 1
    await settle(tx, run, now, fails=0)
    assert await service.finish_if_done(tx, run.id, now)
    assert (await report.report(tx, owner, run.id)).counts == {"sent": 4}
    await forget_all(tx, now + DAY, now + 2 * DAY)
    assert await left(tx, run) == 0
    assert (await report.report(tx, owner, run.id)).counts == {"sent": 4}
