"""Every test runs on a real PostgreSQL: TEST_DATABASE_URL, the local one, or the embedded one
(also by TEST_DATABASE_URL=embedded)."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from core.db import Sessions, Transaction, open_engine, open_sessions
from core.embedded import postgres
from migrations.upgrade import upgrade

# Properties: few examples at a time; by HYPOTHESIS_PROFILE=long as many as find the rare ones.
settings.register_profile("short", deadline=None, max_examples=100)
settings.register_profile("long", deadline=None, max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
USED = 20  # databases kept until they are dropped together
LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"


def reachable(port: int) -> bool:
    """Whether something listens on this machine's port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def missing(marker: str) -> str | None:
    """What this machine lacks for tests of that kind; with CI=true nothing may be lacking."""
    if os.environ.get("CI") == "true":
        return None
    if marker == "services" and not (reachable(6379) and reachable(5672)):
        return "needs Redis on 6379 and RabbitMQ on 5672"
    if marker == "browser" and not CHROMIUM.exists():
        return f"needs Chromium at {CHROMIUM}"
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip aloud what cannot run here."""
    for marker in item.iter_markers():
        if reason := missing(marker.name):
            pytest.skip(reason)


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[AsyncEngine]:
    """A connection to the server that can create and drop databases."""
    async with AsyncExitStack() as stack:
        url = os.environ.get("TEST_DATABASE_URL") or (LOCAL if reachable(5432) else "")
        if url in ("", "embedded"):
            folder = stack.enter_context(TemporaryDirectory(prefix="mail-center-tests-"))
            os.chmod(folder, 0o711)  # noqa: S103  PostgreSQL's own account has to enter
            url = await stack.enter_async_context(postgres(Path(folder)))
        engine = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
        yield engine
        await engine.dispose()


async def create(server: AsyncEngine, name: str, template: str = "template0") -> None:
    async with server.connect() as connection:
        await connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))


async def drop(server: AsyncEngine, *names: str) -> None:
    """All at the same moment: each drop is a checkpoint, which writes out all the others; those
    that run side by side throw their pages away first and share one."""
    async with asyncio.TaskGroup() as group:
        for name in names:
            group.create_task(_drop(server, name))


async def _drop(server: AsyncEngine, name: str) -> None:
    async with server.connect() as connection:
        await connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def address(server: AsyncEngine, name: str) -> str:
    """The address of another database on the same server."""
    return make_url(server.url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
async def template(server: AsyncEngine) -> AsyncIterator[str]:
    """A migrated database that others are copied from."""
    name = f"mc_template_{uuid4().hex[:8]}"
    await create(server, name)
    engine = open_engine(address(server, name))
    await upgrade(engine)
    await engine.dispose()
    yield name
    await drop(server, name)


@pytest.fixture(scope="session")
async def used(server: AsyncEngine) -> AsyncIterator[list[str]]:
    """Copies nobody needs any more, to be dropped many at a time."""
    names: list[str] = []
    yield names
    await drop(server, *names)


@pytest.fixture
async def database_url(server: AsyncEngine, template: str, used: list[str]) -> AsyncIterator[str]:
    """The address of a fresh copy, for code that commits or races."""
    name = f"mc_test_{uuid4().hex[:8]}"
    await create(server, name, template)
    yield address(server, name)
    used.append(name)
    if len(used) >= USED:
        await drop(server, *used)
        used.clear()


@pytest.fixture
async def empty_database_url(server: AsyncEngine, used: list[str]) -> str:
    """The address of a database in which nothing is."""
    name = f"mc_test_{uuid4().hex[:8]}"
    await create(server, name)
    used.append(name)
    return address(server, name)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a fresh copy."""
    engine = open_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    """Sessions on a fresh copy; they commit freely."""
    return open_sessions(engine)


@pytest.fixture(scope="session")
async def shared_engine(server: AsyncEngine, template: str) -> AsyncIterator[AsyncEngine]:
    """One copy that all rolled-back tests share."""
    name = f"mc_shared_{uuid4().hex[:8]}"
    await create(server, name, template)
    engine = open_engine(address(server, name))
    yield engine
    await engine.dispose()
    await drop(server, name)


@pytest.fixture
async def tx(shared_engine: AsyncEngine) -> AsyncIterator[Transaction]:
    """A transaction that is rolled back after the test."""
    async with shared_engine.connect() as connection:
        outer = await connection.begin()
        maker: async_sessionmaker[AsyncSession] = async_sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        async with maker() as session:
            yield session
        await outer.rollback()


@pytest.fixture
def now() -> datetime:
    """A Wednesday morning in winter."""
    return datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
