"""Recipients in their quiet hours wait; those a run comes too late for are left out."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.db import Transaction
from core.delivery import service
from core.delivery.claims import QUIET
from core.delivery.models import Delivery, Run
from core.mailings.models import Mailing
from core.mailings.quiet import Quiet, Window
from tests import factories
from tests.core.delivery.makers import mailing

NIGHT = Quiet(22 * 60, 8 * 60)  # `now` is noon in Moscow, 4:00 in New York, 18:00 in Tokyo
MORNING = timedelta(hours=4)  # until it is 8:00 in New York
PEOPLE: tuple[dict[str, Any], ...] = (
    {"timezone": "America/New_York", "country": "RU"},  # the zone counts more than the country
    {"country": "US"},
    {"country": "JP"},
    {},  # as their owner
)


async def started(tx: Transaction, now: datetime, window: Window) -> Run:
    owner = await factories.user(tx)
    made = await mailing(tx, now, 0, owner)
    window.put(made)
    for fields in PEOPLE:
        await factories.client(tx, owner, **fields)
    await tx.flush()
    await service.start_due(tx, now)
    run = (await tx.scalars(select(Run).where(Run.mailing_id == made.id))).one()
    assert not await service.fill_slice(tx, run.id, now)
    return run


async def rows(tx: Transaction, run: Run) -> list[Delivery]:
    query = select(Delivery).where(Delivery.run_id == run.id).order_by(Delivery.client_id)
    return list(await tx.scalars(query.execution_options(populate_existing=True)))


async def test_who_sleeps_is_written_to_at_the_first_allowed_minute(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, Window(quiet=NIGHT))
    claim = await service.take(tx, run.id, 10, now)
    found = await rows(tx, run)
    assert [row.status for row in found] == ["queued"] * 4
    assert [row.again for row in found] == [True, True, False, False]
    assert [row.reason for row in found] == [QUIET, QUIET, None, None]
    assert {row.due_at for row in found[:2]} == {now + MORNING}
    assert (len(claim.rows), claim.asleep, found[0].attempt) == (2, 2, 0)
    assert not (await service.take(tx, run.id, 10, now + MORNING - timedelta(minutes=1))).rows
    woken = await service.take(tx, run.id, 10, now + MORNING)
    assert [row.client_id for row in woken.rows] == [row.client_id for row in found[:2]]
    assert [row.reason for row in (await rows(tx, run))[:2]] == [None, None]


async def test_without_quiet_hours_nothing_is_kept_about_where_clients_live(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, Window())
    claim = await service.take(tx, run.id, 10, now)
    assert (len(claim.rows), claim.asleep) == (4, 0)
    assert not any("@" in name for row in await rows(tx, run) for name in row.values)


async def test_quiet_hours_set_during_a_run_count_by_the_owners_clock(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, Window())
    made = await tx.get_one(Mailing, run.mailing_id)
    Window(quiet=Quiet(11 * 60, 13 * 60)).put(made)
    await tx.flush()
    claim = await service.take(tx, run.id, 10, now)
    assert (len(claim.rows), claim.asleep) == (0, 4)
    assert {row.due_at for row in await rows(tx, run)} == {now + timedelta(hours=1)}


async def test_after_the_deadline_the_rest_is_left_out_and_the_run_is_over(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, Window(quiet=NIGHT, within=timedelta(hours=2)))
    assert run.send_before == now + timedelta(hours=2)
    claim = await service.take(tx, run.id, 10, now)
    done = [service.Settled(row.client_id, row.claim, "sent") for row in claim.rows]
    await service.settle(tx, run.id, "test", done, now)
    assert await service.next_look(tx, run.id, now) == run.send_before
    late = await service.take(tx, run.id, 10, now + timedelta(hours=2))
    assert (late.rows, late.skipped) == ([], 2)
    assert [row.reason for row in await rows(tx, run)] == ["too_late", "too_late", None, None]
    assert await service.next_look(tx, run.id, now + timedelta(hours=2)) is None
    await tx.refresh(run)
    assert run.status == "finished"
