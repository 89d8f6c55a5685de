"""A run's recipients are counted as they change, whoever changes them."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from core.clients.models import Client
from core.db import Sessions, Transaction, clock
from core.delivery import queries, service
from core.delivery.models import Delivery, Run, RunCount
from core.delivery.service import Settled
from core.delivery.sql import steady
from core.mailings import ledger
from core.mailings.models import Mailing
from core.users.models import User
from tests.core.delivery.makers import started

MINUTE = timedelta(minutes=1)
Counts = dict[tuple[str, str], int]


async def kept(tx: Transaction, run_id: int) -> Counts:
    total = func.sum(RunCount.n)
    query = select(RunCount.status, RunCount.reason, total).where(RunCount.run_id == run_id)
    rows = await tx.execute(query.group_by(RunCount.status, RunCount.reason).having(total != 0))
    return {(status, reason): int(n) for status, reason, n in rows}


async def counted(tx: Transaction, run_id: int) -> Counts:
    reason = func.coalesce(Delivery.reason, "")
    query = select(Delivery.status, reason, func.count()).where(Delivery.run_id == run_id)
    rows = await tx.execute(query.group_by(Delivery.status, reason))
    return {(status, why): n for status, why, n in rows}


async def test_the_counts_are_true_after_each_step(tx: Transaction, now: datetime) -> None:
    run = await started(tx, now, clients=10)
    owner = await tx.get_one(User, (await tx.get_one(Mailing, run.mailing_id)).owner_id)

    async def agree(*statuses: str) -> None:
        found = await kept(tx, run.id)
        assert found == await counted(tx, run.id)
        assert {status for status, _ in found} == set(statuses)

    await agree("queued")
    gone = (await tx.scalars(select(Delivery.client_id).order_by(Delivery.client_id))).first()
    (await tx.get_one(Client, gone)).active = False
    await tx.flush()
    claim = await service.take(tx, run.id, 6, now)
    await agree("queued", "skipped")
    assert (await queries.progress(tx, run.id, now)).counts == {
        "queued": 4,
        "sending": 5,
        "skipped": 1,
    }
    sent, failed, deferred, back, *_ = claim.rows
    outcomes = [
        Settled(sent.client_id, sent.claim, "sent", 250),
        Settled(failed.client_id, failed.claim, "failed", 550),
        Settled(deferred.client_id, deferred.claim, "deferred", 450, retry_in=MINUTE),
        Settled(back.client_id, back.claim, "queued"),
    ]
    await service.settle(tx, run.id, "a", outcomes, now)
    await agree("queued", "skipped", "sent", "failed", "deferred")
    await service.expire(tx, now + MINUTE)
    await agree("queued", "uncertain", "skipped", "sent", "failed", "deferred")
    await service.retry_failed(tx, owner, run.id, now)
    await agree("queued", "uncertain", "skipped", "sent", "deferred")
    await service.resolve_uncertain(tx, owner, run.id, "count_as_sent", now)
    await agree("queued", "skipped", "sent", "deferred")


async def test_workers_at_the_same_time_count_side_by_side(
    sessions: Sessions, now: datetime
) -> None:
    async with sessions.begin() as tx:
        run = await started(tx, now, clients=60)

    async def work() -> None:
        for _ in range(3):
            async with sessions.begin() as tx:
                claim = await service.take(tx, run.id, 5, now)
            async with sessions.begin() as tx:
                sent = [Settled(row.client_id, row.claim, "sent", 250) for row in claim.rows]
                await service.settle(tx, run.id, "a", sent, await steady(tx))

    await asyncio.gather(*(work() for _ in range(4)))
    async with sessions() as tx:
        assert await kept(tx, run.id) == {("sent", ""): 60} == await counted(tx, run.id)


async def test_the_speed_of_a_large_run_is_seen_in_those_claimed_last(
    tx: Transaction, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "LOOKED_AT", 10)
    run = await started(tx, now, clients=30)
    for second in (0, 5):
        claim = await service.take(tx, run.id, 10, now)
        sent = [Settled(row.client_id, row.claim, "sent", 250) for row in claim.rows]
        await service.settle(tx, run.id, "a", sent, now + timedelta(seconds=second))
    [view] = await ledger.runs_of(tx, run.mailing_id, at := now + timedelta(seconds=10))
    assert view.per_minute(at) == 120  # ten in five seconds
    assert view.time_left(at) == timedelta(seconds=5)


async def test_a_card_does_not_look_at_each_recipient(sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        now = await clock(tx)
        run = await started(tx, now, clients=5)
        await tx.execute(update(Run).values(status="finished", finished_at=now))
    async with sessions.begin() as tx:
        await tx.execute(delete(Delivery))
        [view] = await ledger.runs_of(tx, run.mailing_id, now)
    assert view.counts == {"queued": 5}
