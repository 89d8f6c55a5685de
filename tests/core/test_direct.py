"""Statements given to the driver find what SQLAlchemy's would, and leave nothing broken."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.cache.rows import pack
from core.clients.models import Client
from core.db import Sessions, Transaction, open_statements
from core.direct import columns, instances, row, rows
from core.outages import is_outage
from core.users.models import TelegramAccount
from core.users.queries import speaker
from tests import factories

SUM = text("SELECT :a + CAST(:b AS bigint), :b")
CLIENTS = text(f"SELECT {columns(Client, 'c')} FROM clients c WHERE c.owner_id = :owner")  # noqa: S608  the pieces are written here
END = text("SELECT pg_terminate_backend(pg_backend_pid())")
SLEEP = text("SELECT pg_sleep(:seconds)")
SERVER = text("SELECT pg_backend_pid()")
NAMED = text("UPDATE users SET name = :name")


async def test_a_row_is_the_same_by_an_engine_a_statement_and_a_transaction(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    async with open_statements(engine)() as looking, sessions.begin() as tx:
        for where in (engine, looking, tx):
            assert tuple(await row(where, SUM, a=1, b=2)) == (3, 2)


async def test_a_transaction_sees_what_it_has_not_flushed(tx: Transaction) -> None:
    owner = await factories.user(tx)
    owner.name = "Changed"
    assert list(await rows(tx, NAMED, name="Other")) == []
    assert await tx.scalar(text("SELECT name FROM users")) == "Other"


async def test_instances_belong_to_no_session_and_hold_what_was_written(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        kept = await factories.client(tx, owner, own={"size": "40"}, tags=["vip"])
        within = await row(tx, CLIENTS, owner=owner.id)
    for values in (within, await row(engine, CLIENTS, owner=owner.id)):
        [client] = instances(values, Client)
        assert inspect(client).detached
        assert not inspect(client).modified
        assert pack(client) == pack(kept)


async def test_a_chat_without_a_user_is_found_as_such(
    engine: AsyncEngine, sessions: Sessions, now: datetime
) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        tx.add(TelegramAccount(telegram_id=1, user_id=owner.id, created_at=now))
        tx.add(TelegramAccount(telegram_id=2, created_at=now))
    for number, user in ((1, owner.name), (2, None)):
        found = await speaker(engine, number)
        assert found
        account, _now = found
        assert (account.telegram_id, account.user and account.user.name) == (number, user)
    assert await speaker(engine, 3) is None


async def test_a_connection_that_ends_is_an_outage_and_the_next_statement_has_another(
    engine: AsyncEngine,
) -> None:
    with pytest.raises(DBAPIError) as caught:
        await rows(engine, END)
    assert is_outage(caught.value)
    assert tuple(await row(engine, SUM, a=1, b=1)) == (2, 1)


async def test_a_cancelled_statement_leaves_its_connection_to_nobody(engine: AsyncEngine) -> None:
    sleeping = asyncio.ensure_future(rows(engine, SLEEP, seconds=30.0))
    await asyncio.sleep(0.05)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping
    assert tuple(await row(engine, SUM, a=1, b=1)) == (2, 1)


async def test_a_session_that_has_a_connection_asks_for_no_other(engine: AsyncEngine) -> None:
    async with open_statements(engine)() as looking:
        server = await looking.scalar(SERVER)
        assert tuple(await row(looking, SERVER)) == (server,)


async def test_a_session_whose_statement_is_cancelled_leaves_its_connection_to_nobody(
    engine: AsyncEngine,
) -> None:
    async with open_statements(engine)() as looking:
        server = await looking.scalar(SERVER)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await rows(looking, SLEEP, seconds=30.0)
    async with open_statements(engine)() as looking:
        assert await looking.scalar(SERVER) != server
