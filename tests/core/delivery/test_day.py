"""The last day by hour and by domain: each run is counted again when its counts have changed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from core.db import Transaction
from core.delivery import day, service
from core.delivery.day import Days
from core.delivery.models import Delivery
from core.delivery.outcomes import Status
from core.delivery.service import Settled
from tests.core.delivery.makers import started

HOUR = timedelta(hours=1)


async def settled(tx: Transaction, run_id: int, statuses: str, now: datetime) -> None:
    """The next recipients, a letter for the outcome of each: s, f or u."""
    words: dict[str, Status] = {"s": "sent", "f": "failed", "u": "uncertain"}
    claim = await service.take(tx, run_id, len(statuses), now)
    pairs = zip(claim.rows, statuses, strict=True)
    told = [Settled(row.client_id, row.claim, words[letter], 250) for row, letter in pairs]
    await service.settle(tx, run_id, "a", told, now)


async def test_letters_are_counted_by_hour_and_by_domain(tx: Transaction, now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    first, second = await started(tx, now, clients=6), await started(tx, now, clients=2)
    await settled(tx, first.id, "ssfu", hour)
    await settled(tx, second.id, "ss", hour + HOUR)
    found = await Days().since(tx, hour)
    assert found.hours == {
        hour: {"sent": 2, "failed": 1, "uncertain": 1},
        hour + HOUR: {"sent": 2},
    }
    [domain] = found.domains
    assert (domain.sent, domain.failed, domain.uncertain) == (4, 1, 1)
    later = await Days().since(tx, hour + HOUR)
    assert [*later.hours] == [hour + HOUR]
    assert [each.sent for each in later.domains] == [2]


async def test_a_run_is_looked_at_again_when_its_counts_have_changed(
    tx: Transaction, now: datetime
) -> None:
    hour, days = now.replace(minute=0, second=0, microsecond=0), Days()
    run = await started(tx, now, clients=6)
    await settled(tx, run.id, "ss", hour)
    before = await days.since(tx, hour)
    await tx.execute(delete(Delivery).where(Delivery.status == "sent"))  # not a change of counts
    assert await days.since(tx, hour) == before
    await settled(tx, run.id, "f", hour)
    assert (await days.since(tx, hour)).hours == {hour: {"failed": 1}}


async def test_of_a_runs_domains_the_largest_are_told(
    tx: Transaction, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day, "MOST_DOMAINS", 1)
    hour = now.replace(minute=0, second=0, microsecond=0)
    run = await started(tx, now, clients=3)
    other = (await tx.scalars(select(Delivery).where(Delivery.run_id == run.id).limit(1))).one()
    other.email = "a@elsewhere.example"
    await tx.flush()
    await settled(tx, run.id, "sss", hour)
    found = await Days().since(tx, hour)
    assert found.hours == {hour: {"sent": 3}}
    assert [each.sent for each in found.domains] == [2]
