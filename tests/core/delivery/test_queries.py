"""A run in numbers, and its recipients one by one."""

from datetime import datetime, timedelta

import pytest

from core.db import Transaction
from core.delivery import queries, service
from core.delivery.service import Settled
from tests.core.delivery.makers import started


async def test_progress_counts_rows_and_says_how_long_the_rest_takes(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, clients=30)
    claim = await service.take(tx, run.id, 20, now)
    sent = [Settled(row.client_id, row.claim, "sent", 250) for row in claim.rows[:10]]
    await service.settle(tx, run.id, "a", sent, now)
    seen = await queries.progress(tx, run.id, now + timedelta(seconds=5))
    assert seen.counts == {"sent": 10, "sending": 10, "queued": 10}
    assert (seen.total, seen.open, seen.rate) == (30, 20, 1.0)
    assert seen.eta == timedelta(seconds=20)
    later = await queries.progress(tx, run.id, now + timedelta(minutes=1))
    assert (later.rate, later.eta) == (0.0, None)


async def test_recipients_are_read_page_by_page(
    tx: Transaction, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    run = await started(tx, now, clients=5)
    claim = await service.take(tx, run.id, 1, now)
    sent = [Settled(row.client_id, row.claim, "sent", 250) for row in claim.rows]
    await service.settle(tx, run.id, "a", sent, now)
    assert [len(page) async for page in queries.recipients(tx, run.id)] == [2, 2, 1]
