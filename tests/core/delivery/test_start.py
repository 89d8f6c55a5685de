"""From dates to runs: what is left out is noted, and a mailing without a date ends."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from core.db import Transaction
from core.delivery.finish import finish_if_done
from core.delivery.models import Run
from core.delivery.start import start_behind, start_due
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.scheduling import queries as schedules
from core.scheduling.models import Schedule
from core.users.models import User
from tests.core.delivery.makers import mailing

HOUR = timedelta(hours=1)


async def once(tx: Transaction, now: datetime, missed: str) -> tuple[Mailing, Schedule]:
    made = await mailing(tx, now, clients=1)
    schedule = await schedules.find(tx, made)
    assert schedule
    schedule.missed = missed
    await tx.flush()
    return made, schedule


async def test_an_only_date_that_was_missed_and_left_out_finishes_its_mailing(
    tx: Transaction, now: datetime
) -> None:
    made, schedule = await once(tx, now, "skip")
    await start_due(tx, now + HOUR)
    run = (await tx.scalars(select(Run).where(Run.mailing_id == made.id))).one()
    assert (run.status, run.skipped_because, run.due_at) == ("finished", "missed", now)
    await tx.refresh(made)
    assert (made.status, schedule.next_at) == ("finished", None)


async def test_an_only_date_missed_while_frozen_finishes_its_mailing_if_it_is_to_be_left_out(
    tx: Transaction, now: datetime
) -> None:
    made, _ = await once(tx, now + HOUR, "skip")
    owner = await tx.get_one(User, made.owner_id)
    await mailings.freeze(tx, owner, made.id, now)
    await mailings.unfreeze(tx, owner, made.id, now + 2 * HOUR)
    assert (made.status, made.finished_at) == ("finished", now + 2 * HOUR)


async def test_a_date_missed_while_frozen_is_kept_if_it_is_to_be_run_once(
    tx: Transaction, now: datetime
) -> None:
    made, schedule = await once(tx, now + HOUR, "run_once")
    owner = await tx.get_one(User, made.owner_id)
    await mailings.freeze(tx, owner, made.id, now)
    await mailings.unfreeze(tx, owner, made.id, now + 2 * HOUR)
    assert (made.status, schedule.next_at) == ("active", now + 2 * HOUR)


async def each_hour(tx: Transaction, now: datetime, overlap: str) -> tuple[Mailing, Schedule]:
    made, schedule = await once(tx, now, "run_once")
    schedule.recurrence = {"kind": "hours", "every": 1, "count": 3}
    schedule.overlap = overlap
    await tx.flush()
    await start_due(tx, now)
    return made, schedule


async def runs_of(tx: Transaction, made: Mailing) -> list[tuple[datetime, str, str | None]]:
    runs = select(Run.due_at, Run.status, Run.skipped_because).where(Run.mailing_id == made.id)
    return [(at, status, why) for at, status, why in await tx.execute(runs.order_by(Run.no))]


async def test_a_date_during_the_run_before_is_left_out_and_noted(
    tx: Transaction, now: datetime
) -> None:
    made, _ = await each_hour(tx, now, "skip")
    await start_due(tx, now + HOUR)
    assert await runs_of(tx, made) == [
        (now, "preparing", None),
        (now + HOUR, "finished", "overlap"),
    ]
    assert await start_behind(tx, now + HOUR) == 0


async def test_or_it_waits_for_its_end_and_one_at_most_does(tx: Transaction, now: datetime) -> None:
    made, schedule = await each_hour(tx, now, "queue")
    await start_due(tx, now + HOUR)
    await tx.refresh(schedule)
    assert (schedule.behind_at, schedule.next_at) == (now + HOUR, now + 2 * HOUR)
    assert await start_behind(tx, now + HOUR) == 0
    await start_due(tx, now + 2 * HOUR)
    await tx.execute(update(Run).where(Run.status == "preparing").values(status="sending"))
    [run] = await tx.scalars(select(Run.id).where(Run.status == "sending"))
    assert await finish_if_done(tx, run, now + 3 * HOUR)
    await tx.refresh(made)
    assert made.status == "active"  # somebody waits
    assert await start_behind(tx, now + 3 * HOUR) == 1
    assert await runs_of(tx, made) == [
        (now, "finished", None),
        (now + 2 * HOUR, "finished", "overlap"),
        (now + HOUR, "preparing", None),
    ]
    assert await start_behind(tx, now + 3 * HOUR) == 0


async def test_a_date_that_waits_behind_a_run_outlives_a_freeze(
    tx: Transaction, now: datetime
) -> None:
    made, schedule = await each_hour(tx, now, "queue")
    schedule.recurrence = schedule.recurrence | {"count": 2}
    await start_due(tx, now + HOUR)
    await tx.refresh(schedule)
    assert (schedule.behind_at, schedule.next_at) == (now + HOUR, None)
    owner = await tx.get_one(User, made.owner_id)
    await mailings.freeze(tx, owner, made.id, now + HOUR)
    await tx.execute(update(Run).where(Run.mailing_id == made.id).values(status="sending"))
    [run] = await tx.scalars(select(Run.id).where(Run.mailing_id == made.id))
    assert await finish_if_done(tx, run, now + HOUR)
    assert await start_behind(tx, now + HOUR) == 0
    await mailings.unfreeze(tx, owner, made.id, now + 2 * HOUR)
    assert made.status == "active"
    assert await start_behind(tx, now + 2 * HOUR) == 1
    assert await runs_of(tx, made) == [
        (now, "finished", None),
        (now + HOUR, "preparing", None),
    ]
