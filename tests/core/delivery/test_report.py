"""A run looked back on."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from core.db import Transaction
from core.delivery import report, service
from core.delivery.models import Delivery, Run
from core.delivery.service import Settled
from tests.core.delivery.makers import started
from tests.core.delivery.test_retention import owner_of

GONE = (550, "5.1.1", "no such user")


async def run_of(tx: Transaction, at: datetime, *after: float) -> Run:
    """A run whose first recipient failed and whose others were sent so many seconds later."""
    run = await started(tx, at, 1 + len(after))
    rows = (await service.take(tx, run.id, 100, at)).rows
    failed, *sent = rows
    settled = [Settled(failed.client_id, failed.claim, "failed", *GONE)]
    settled += [Settled(row.client_id, row.claim, "sent", 250) for row in sent]
    await service.settle(tx, run.id, "a", settled, at)
    for row, seconds in zip(sent, after, strict=True):
        of_one = (Delivery.run_id == run.id, Delivery.client_id == row.client_id)
        moment = at + timedelta(seconds=seconds)
        await tx.execute(update(Delivery).where(*of_one).values(settled_at=moment))
    return run


@pytest.mark.parametrize(
    ("after", "step", "sent"),
    [
        ((0.2,), 1, [1]),
        ((0.2, 0.9, 3.1), 1, [2, 0, 0, 1]),
        ((0, 30, 89.5), 5, [1, 0, 0, 0, 0, 0, 1, *[0] * 10, 1]),
        ((0, 3600, 5 * 86_400), 6 * 3600, [2, *[0] * 19, 1]),
    ],
)
async def test_letters_are_counted_over_the_time_in_as_few_bars_as_fit(
    tx: Transaction, now: datetime, after: tuple[float, ...], step: int, sent: list[int]
) -> None:
    run = await run_of(tx, now, *after)
    run.finished_at = now + timedelta(seconds=after[-1])
    found, timeline = await report.pictured(tx, await owner_of(tx, run), run.id)
    assert timeline is not None
    assert timeline.since == now + timedelta(seconds=after[0])
    assert (timeline.step, timeline.sent) == (step, sent)
    assert found.took == timedelta(seconds=after[-1] - after[0])
    assert found.failed == {"gone": 1}


async def test_where_nothing_was_sent_there_is_no_timeline(tx: Transaction, now: datetime) -> None:
    run = await run_of(tx, now)
    found, timeline = await report.pictured(tx, await owner_of(tx, run), run.id)
    assert (found.took, timeline) == (None, None)


async def test_an_outline_says_what_the_counts_say(tx: Transaction, now: datetime) -> None:
    run = await run_of(tx, now, 1, 2)
    owner = await owner_of(tx, run)
    known = await report.outline(tx, owner, run.id)
    whole = await report.report(tx, owner, run.id)
    assert known.counts == whole.counts == {"failed": 1, "sent": 2}
    assert (known.total, known.no, known.mailing_id) == (3, 1, run.mailing_id)
