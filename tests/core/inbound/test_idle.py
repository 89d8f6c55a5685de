"""A mailbox whose server says when something comes is looked into at once."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from core import alone
from core.db import Sessions, open_engine
from core.inbound import idle, polling
from core.inbound.idle import Bell, tend
from core.inbound.imap import Mailbox
from core.settings import Settings
from tests.core.inbound.imap_server import ImapServer
from tests.core.inbound.test_imap import active, dead, mailbox, rows_of
from tests.core.mail.certificates import for_localhost


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    async with ImapServer().running() as server:
        yield server


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "WAIT", 0.05)
    monkeypatch.setattr(alone, "CHECK", 0.05)
    monkeypatch.setattr(idle, "FIRST", 0.01)
    monkeypatch.setattr(polling, "PAUSE", 0.01)


@asynccontextmanager
async def watching(
    engine: AsyncEngine, sessions: Sessions, known: Settings
) -> AsyncIterator[asyncio.Event]:
    """A process that looks, until the end of the block."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(polling.watch(engine, sessions, known, stop))
        yield stop
        stop.set()


@asynccontextmanager
async def tending(box: Mailbox) -> AsyncIterator[Bell]:
    """Who listens, until the end of the block."""
    bell, stop = Bell(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(tend(box, bell, stop))
        yield bell
        stop.set()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  it becomes true on the other side of a socket
            await asyncio.sleep(0.01)


async def until_inactive(sessions: Sessions, clients: int) -> None:
    async with asyncio.timeout(10):
        while (await active(sessions)).count(False) < clients:  # noqa: ASYNC110  in the database
            await asyncio.sleep(0.01)


async def rung(bell: Bell) -> None:
    async with asyncio.timeout(10):
        await bell.rung.wait()
    bell.rung.clear()


async def test_a_bounce_is_taken_when_the_server_tells_of_it(
    sessions: Sessions, engine: AsyncEngine, imap: ImapServer
) -> None:
    known, box = mailbox(imap)
    rows = await rows_of(sessions, 2)
    await polling.poll(sessions, known, box)
    async with watching(engine, sessions, known):
        await until(lambda: bool(imap.idling))
        imap.deliver(1, dead(known, rows[0]))
        await until_inactive(sessions, 1)
    assert await active(sessions) == [False, True]
    assert imap.farewell == [b"DONE", b"LOGOUT"]


async def test_of_several_processes_one_listens_and_another_takes_its_place(
    sessions: Sessions, engine: AsyncEngine, database_url: str, imap: ImapServer
) -> None:
    known, _ = mailbox(imap)
    second = open_engine(database_url)
    async with watching(engine, sessions, known) as stop:
        await until(lambda: bool(imap.idling))
        async with watching(second, sessions, known):
            await asyncio.sleep(0.3)
            assert imap.idled == 1
            stop.set()
            await until(lambda: imap.idled == 2)
    await second.dispose()


async def test_who_loses_the_lock_with_its_connection_stops_listening_and_begins_anew(
    sessions: Sessions, engine: AsyncEngine, imap: ImapServer
) -> None:
    known, box = mailbox(imap)
    [row] = await rows_of(sessions, 1)
    await polling.poll(sessions, known, box)
    ended = text("""SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""")
    async with watching(engine, sessions, known):
        await until(lambda: bool(imap.idling))
        async with sessions.begin() as tx:
            await tx.execute(ended)
        await until(lambda: imap.idled == 2 and len(imap.idling) == 1)
        imap.deliver(1, dead(known, row))
        await until_inactive(sessions, 1)


async def test_a_connection_is_renewed_and_opened_again_when_lost(
    imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "RENEW", 0.05)
    async with tending(mailbox(imap)[1]) as bell:
        await until(lambda: imap.idled >= 3)
        assert imap.connections == 1
        imap.hang_up()
        await until(lambda: imap.connections >= 2 and bool(imap.idling))
        await until(lambda: bell.tended)


async def test_signs_of_life_wake_nobody(imap: ImapServer) -> None:
    async with tending(mailbox(imap)[1]) as bell:
        await rung(bell)  # for what came before
        imap.say("* OK Still here")
        imap.say("* 3 FETCH (FLAGS (\\Seen))")
        imap.say("* 2 EXPUNGE")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await bell.rung.wait()
        imap.say("* 4 EXISTS")
        await rung(bell)


async def test_a_lost_connection_wakes_who_looks_instead(imap: ImapServer) -> None:
    async with tending(mailbox(imap)[1]) as bell:
        await rung(bell)
        imap.password = "another"
        imap.hang_up()
        await rung(bell)
        assert not bell.tended


async def test_a_server_without_idle_is_asked_once_and_looked_into_as_ever(
    imap: ImapServer,
) -> None:
    imap.idle = False
    async with tending(mailbox(imap)[1]) as bell:
        await rung(bell)
    assert not bell.tended
    assert imap.connections == 1


@pytest.fixture
async def secret(tmp_path: Path) -> AsyncIterator[tuple[ImapServer, Path]]:
    """A server by TLS whose certificate nobody has signed but itself."""
    certificate = for_localhost(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    async with ImapServer(tls=context).running() as server:
        yield server, certificate


async def test_a_server_whose_certificate_is_not_good_is_told_nothing(
    secret: tuple[ImapServer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    imap, certificate = secret
    box = replace(mailbox(imap)[1], host="localhost", tls=True)
    async with tending(box) as bell:
        await rung(bell)
        await rung(bell)
        assert imap.connections == 0
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        await until(lambda: bell.tended)
