"""Whatever is asked of a mailing in whichever order: only what the table of statuses allows."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.db import Transaction
from core.delivery.models import Run
from core.delivery.service import start_due
from core.errors import MailCenterError
from core.mailings import service
from core.mailings.models import Mailing
from core.mailings.rules import LEGAL
from core.scheduling.models import Schedule
from core.scheduling.recurrence import Recurrence
from core.users.models import User
from tests import factories

Deed = Callable[[Transaction, User, int, datetime], Awaitable[object]]


async def start(tx: Transaction, _owner: User, _mailing: int, now: datetime) -> None:
    await start_due(tx, now)


DEEDS: dict[str, Deed] = {
    "freeze": service.freeze,
    "unfreeze": service.unfreeze,
    "finish": service.finish,
    "start now": service.start_now,
    "cancel": service.cancel,
    "a date comes": start,
}
RULES = (Recurrence("once"), Recurrence("days"), Recurrence("hours", count=2))
HOURS = st.integers(0, 30)
STORY = st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), HOURS), max_size=8)


@pytest.fixture
async def owner(tx: Transaction) -> int:
    made = await factories.user(tx)
    await factories.client(tx, made)
    return made.id


FEWER = settings().max_examples // 4  # each is a story of its own


@settings(max_examples=FEWER, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(RULES), STORY)
async def test_any_order_follows_the_table_of_statuses(
    tx: Transaction, owner: int, rule: Recurrence, story: list[tuple[str, int]]
) -> None:
    example = await tx.begin_nested()
    now = factories.NOW
    mailing = await accepted(tx, owner, rule, now)
    was = "active"
    for name, hours in story:
        now += timedelta(hours=hours)
        became = await done(tx, owner, mailing, name, now)
        if became is None:
            break
        assert became == was or became in LEGAL[was], name
        await check(tx, mailing, became)
        was = became
    await example.rollback()


async def accepted(tx: Transaction, owner: int, rule: Recurrence, now: datetime) -> int:
    actor = await tx.get_one(User, owner, populate_existing=True)
    message = await factories.message(tx, actor)
    start_at = now + timedelta(hours=1)
    made = await service.accept(tx, actor, message.id, "all", None, rule, start_at, now)
    await tx.flush()
    return made.id


async def done(tx: Transaction, owner: int, mailing: int, name: str, now: datetime) -> str | None:
    """The status after it, the same when it was refused; None when there is no mailing now."""
    try:
        async with tx.begin_nested():
            actor = await tx.get_one(User, owner, populate_existing=True)
            await DEEDS[name](tx, actor, mailing, now)
    except MailCenterError as refused:
        assert refused.text  # noqa: PT017  what is refused is refused in words
    tx.expire_all()
    return await tx.scalar(select(Mailing.status).where(Mailing.id == mailing))


async def check(tx: Transaction, mailing: int, status: str) -> None:
    """No date for what stands still, one open run at most, times that go with the status."""
    row = await tx.get_one(Mailing, mailing)
    await tx.refresh(row)
    assert (row.frozen_at is not None) == (status == "frozen") or status == "finished"
    assert (row.finished_at is not None) == (status == "finished")
    of = (Schedule.object_type == "mailings", Schedule.object_id == mailing)
    coming = select(Schedule.next_at).where(*of, Schedule.paused.is_(False))
    assert status == "active" or await tx.scalar(coming) is None
    runs = select(func.count()).where(Run.mailing_id == mailing, Run.status != "finished")
    assert (await tx.scalar(runs) or 0) <= 1
