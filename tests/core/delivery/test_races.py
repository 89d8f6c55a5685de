"""What others do in the middle of a step: nothing is lost between two of its statements."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

from core.clients.models import Client
from core.db import Sessions, Transaction
from core.delivery import fill, service
from core.delivery.models import Delivery, Run
from core.mailings.models import Mailing
from core.mailings.segments import Segment
from tests.core.delivery.makers import mailing


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
