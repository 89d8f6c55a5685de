"""Updates are written down once, answered at once, and confirmed when they are on the disk."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import Sessions, Transaction, open_engine
from core.direct import row
from core.outages import is_outage
from core.updates import service
from core.updates.models import TelegramUpdate

WRITTEN = text("SELECT pg_current_wal_insert_lsn()::text")
IS_ON_DISK = text("SELECT pg_current_wal_flush_lsn() >= CAST(CAST(:until AS text) AS pg_lsn)")


def typed(number: int, sender: int = 5) -> dict[str, Any]:
    return {"update_id": number, "message": {"message_id": 1, "from": {"id": sender}}}


async def test_updates_are_taken_in_once_and_in_order(engine: AsyncEngine) -> None:
    taken = await service.take_in(engine, [typed(8), typed(7)])
    assert [each.update_id for each in taken] == [7, 8]
    assert [each.update_id for each in await service.take_in(engine, [typed(8), typed(9)])] == [9]
    await service.keep(engine, [typed(8), typed(9)])


async def test_what_is_in_hand_is_not_read_again(engine: AsyncEngine) -> None:
    await service.take_in(engine, [typed(7), typed(8), typed(9)])
    await service.mark_done(engine, [9])
    [left] = await service.unanswered(engine, {7})
    assert (left.update_id, left.sender_id, left.payload) == (8, 5, typed(8))
    assert [each.update_id for each in await service.unanswered(engine)] == [7, 8]


async def test_what_a_server_forgot_is_not_confirmed_and_has_no_effect(
    engine: AsyncEngine, sessions: Sessions, now: datetime
) -> None:
    await service.take_in(engine, [typed(7), typed(8)])
    async with sessions.begin() as tx:
        await tx.execute(delete(TelegramUpdate).where(TelegramUpdate.update_id == 8))
    with pytest.raises(service.Lost) as lost:
        await service.keep(engine, [typed(7), typed(8)])
    assert is_outage(lost.value)
    async with sessions.begin() as tx:
        await service.mark_applied(tx, 7, now)
        with pytest.raises(service.Lost):
            await service.mark_applied(tx, 8, now)


async def test_kept_updates_are_on_the_disk(database_url: str) -> None:
    engine = open_engine(database_url)
    event.listen(engine.sync_engine, "connect", _wait_for_the_disk)
    await service.take_in(engine, [typed(7)])
    [written] = await row(engine, WRITTEN)
    await service.keep(engine, [typed(7)])
    assert tuple(await row(engine, IS_ON_DISK, until=written)) == (True,)
    await engine.dispose()


def _wait_for_the_disk(connection: Any, _record: Any) -> None:
    """As outside of tests, whose databases wait for no disk."""
    connection.cursor().execute("SET synchronous_commit = on")
    connection.commit()


async def test_the_site_waits_for_the_disk_and_the_bot_does_not(tx: Transaction) -> None:
    await tx.execute(text("SET LOCAL synchronous_commit = on"))
    await service.receive(tx, [typed(7)])
    assert await tx.scalar(text("SHOW synchronous_commit")) == "on"
    await tx.execute(service.TAKE_IN, {"rows": '[[8, 5, {"update_id": 8}]]'})
    assert await tx.scalar(text("SHOW synchronous_commit")) == "off"


async def test_of_a_tap_only_the_place_of_its_button_is_kept(engine: AsyncEngine) -> None:
    place = {"message_id": 3, "date": 1_700_000_000, "chat": {"id": 5, "type": "private"}}
    said = {"text": "x" * 4000, "reply_markup": {"inline_keyboard": []}, "from": {"id": 1}}
    tap = {"id": "1", "from": {"id": 5}, "data": "ml:list:0:0"}
    given = {"update_id": 7, "callback_query": tap | {"message": place | said}}
    [taken] = await service.take_in(engine, [given])
    assert taken.payload == {"update_id": 7, "callback_query": tap | {"message": place}}
    assert taken.sender_id == 5
    [kept] = await service.unanswered(engine)
    assert kept.payload == taken.payload


@pytest.mark.parametrize("tap", [None, [], "x", {}, {"message": None}, {"message": "x"}])
def test_a_tap_of_any_shape_is_left_as_it_is(tap: object) -> None:
    assert service.pruned({"update_id": 7, "callback_query": tap}) == {
        "update_id": 7,
        "callback_query": tap,
    }
