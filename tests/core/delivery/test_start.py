"""From dates to runs: what is left out is noted, and a mailing without a date ends."""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.db import Transaction
from core.delivery.models import Run
from core.delivery.start import start_due
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
