"""What is done by way of the bot is written down, once, with nothing of the clients in it."""

from datetime import datetime

from sqlalchemy import select

from core.audit import service
from core.audit.models import Entry
from core.audit.service import Actor
from core.audit.watch import by
from core.clients.models import Client
from core.db import Sessions, clock
from core.mailings import service as mailings
from core.messages import service as messages
from core.scheduling.rules import Recurrence
from tests import factories

ANNA = Actor("bot", "Anna", 7)


async def entries(sessions: Sessions) -> list[tuple[str, str, str]]:
    async with sessions() as tx:
        found = await tx.scalars(select(Entry).order_by(Entry.id))
        return [(each.action, each.object_type, each.actor) for each in found]


async def test_writing_freezing_and_deleting_are_written_down(sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        await factories.client(tx, owner)
    assert await entries(sessions) == []  # nobody was said to act
    async with sessions.begin() as tx:
        by(tx, ANNA)
        now = await clock(tx)
        message = await messages.create(tx, owner, "Sale", "<p>Hello</p>", now)
        daily = Recurrence("days")
        made = await mailings.accept(tx, owner, message.id, "all", None, daily, None, now)
    assert await entries(sessions) == [
        ("create", "messages", "Anna"),
        ("create", "mailings", "Anna"),
    ]
    async with sessions.begin() as tx:
        by(tx, ANNA)
        await mailings.freeze(tx, owner, made.id, await clock(tx))
    async with sessions() as tx:
        last = (await tx.scalars(select(Entry).order_by(Entry.id.desc()).limit(1))).one()
    assert (last.action, last.via, last.actor_id) == ("edit", "bot", 7)
    assert last.changes["status"] == ["active", "frozen"]


async def test_of_a_client_it_says_that_it_changed_and_not_how(sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        client = await factories.client(tx, owner, email="secret@example.org")
    async with sessions.begin() as tx:
        by(tx, ANNA)
        (await tx.get_one(Client, client.id)).email = "other@example.org"
    async with sessions() as tx:
        entry = (await tx.scalars(select(Entry))).one()
    assert entry.changes == {"email": ["…", "…"]}
    assert "example.org" not in entry.object_name


async def test_a_deed_that_has_its_own_entry_is_not_told_twice(
    sessions: Sessions, now: datetime
) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        client = await factories.client(tx, owner)
    async with sessions.begin() as tx:
        by(tx, ANNA)
        (await tx.get_one(Client, client.id)).active = False
        await service.record(tx, ANNA, "switch_off", ("clients", client.id, "№ 1"), now)
    assert await entries(sessions) == [("switch_off", "clients", "Anna")]


async def test_what_is_taken_back_is_not_written_down(sessions: Sessions) -> None:
    try:
        async with sessions.begin() as tx:
            by(tx, ANNA)
            await factories.user(tx)
            raise LookupError
    except LookupError:
        pass
    assert await entries(sessions) == []
