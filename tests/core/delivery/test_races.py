"""What others do in the middle of a step: nothing is lost between two of its statements."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

from core.clients.models import Client
from core.db import Sessions, Transaction
from core.delivery import fill, service
from core.delivery.models import Delivery, Run
from core.delivery.service import Settled
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.mailings.segments import Segment
from core.scheduling import queries as schedules
from core.users.models import User
from tests.core.delivery.makers import mailing

HOUR = timedelta(hours=1)
A_WHILE = 0.3  # seconds in which somebody else gets as far as they can


def before(engine: AsyncEngine, words: str, step: Callable[[], Awaitable[None]]) -> None:
    """Somebody else takes a step right before the first statement with these words."""
    steps = [step]

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if words in statement and steps:
            await_only(steps.pop()())

    event.listen(engine.sync_engine, "before_cursor_execute", look)


async def begun(tx: Transaction, made: Mailing, now: datetime) -> Run:
    await service.start_due(tx, now)
    return (await tx.scalars(select(Run).where(Run.mailing_id == made.id))).one()


@pytest.mark.parametrize("gone", [[1], [0, 1]])
async def test_who_leaves_while_a_segment_is_written_down_costs_nobody_else_their_letter(
    sessions: Sessions,
    engine: AsyncEngine,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    gone: list[int],
) -> None:
    monkeypatch.setattr(fill, "SLICE", 2)
    async with sessions.begin() as tx:
        made = await mailing(tx, now, clients=5)
        made.audience, made.segment = "segment", Segment().to_json()
        clients = list(await tx.scalars(select(Client.id).order_by(Client.id)))
        run = await begun(tx, made, now)

    async def leave() -> None:
        leaving = [clients[place] for place in gone]
        async with sessions.begin() as tx:
            left = update(Client).where(Client.id.in_(leaving))
            await tx.execute(left.values(unsubscribed_at=now))

    before(engine, "INSERT INTO deliveries", leave)
    more = True
    while more:
        async with sessions.begin() as tx:
            more = await service.fill_slice(tx, run.id, now)
    async with sessions() as tx:
        written = list(await tx.scalars(select(Delivery.client_id).order_by(Delivery.client_id)))
    assert written == [each for place, each in enumerate(clients) if place not in gone]


async def test_the_last_date_and_the_end_of_the_run_before_it_do_not_miss_each_other(
    sessions: Sessions, now: datetime
) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx, now, clients=1)
        schedule = await schedules.find(tx, made)
        assert schedule
        schedule.recurrence = {"kind": "hours", "every": 1, "count": 2}
        run = await begun(tx, made, now)
        await service.fill_slice(tx, run.id, now)
        [row] = (await service.take(tx, run.id, 1, now)).rows
        sent = [Settled(row.client_id, row.claim, "sent", 250)]
        await service.settle(tx, run.id, "a", sent, now)

    async def end() -> None:
        async with sessions.begin() as tx:
            assert await service.finish_if_done(tx, run.id, now + HOUR)

    async with asyncio.TaskGroup() as group, sessions.begin() as tx:
        assert await service.start_due(tx, now + HOUR) == 1
        group.create_task(end())
        await asyncio.sleep(A_WHILE)
    async with sessions() as tx:
        assert (await tx.get_one(Mailing, made.id)).status == "finished"
        last = (await tx.scalars(select(Run).where(Run.no == 2))).one()
        assert last.skipped_because == "overlap"


async def test_a_freeze_while_an_administrator_is_asked_waits_for_its_turn(
    sessions: Sessions, engine: AsyncEngine, now: datetime
) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx, now, clients=3)
        owner = await tx.get_one(User, made.owner_id)
        run = await begun(tx, made, now)

    async def freeze() -> None:
        async with sessions.begin() as tx:
            await mailings.freeze(tx, owner, made.id, now)

    async with asyncio.TaskGroup() as group:

        async def meanwhile() -> None:
            group.create_task(freeze())
            await asyncio.sleep(A_WHILE)

        before(engine, "SELECT count(*) AS count_1", meanwhile)
        async with sessions.begin() as tx:
            assert not await service.fill_slice(tx, run.id, now, 2)
    async with sessions() as tx:
        found = await tx.get_one(Mailing, made.id)
    assert (found.status, found.held_because) == ("frozen", "approval")
