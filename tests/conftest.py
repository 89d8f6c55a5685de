"""Every test runs on a real PostgreSQL: TEST_DATABASE_URL, the local one, or the embedded one
(also by TEST_DATABASE_URL=embedded)."""

import gc
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
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from core.db import Sessions, Transaction, open_engine, open_sessions
from core.embedded import postgres, valkey
from migrations.upgrade import upgrade
from tests import hanging
from tests.databases import Copies, Copy, Dropping, address, create, drop

# Properties: few examples at a time; by HYPOTHESIS_PROFILE=long as many as find the rare ones.
settings.register_profile("short", deadline=None, max_examples=100)
settings.register_profile("long", deadline=None, max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
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


def pytest_configure(config: pytest.Config) -> None:
    """Every test is watched for whether it hangs."""
    config.pluginmanager.register(hanging)


def pytest_collection_finish() -> None:
    """What is imported by now stays: the garbage collector need not go through it each time."""
    gc.collect()
    gc.freeze()


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
        engine = open_engine(url, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
        yield engine
        await engine.dispose()


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
async def dropping(server: AsyncEngine) -> AsyncIterator[Dropping]:
    """Where databases go that nobody needs any more."""
    made = Dropping(server)
    yield made
    await made.finish()


@pytest.fixture(scope="session")
async def copies(server: AsyncEngine, template: str, dropping: Dropping) -> AsyncIterator[Copies]:
    """Migrated databases without a row."""
    made = Copies(server, template, dropping)
    yield made
    await made.finish()


@pytest.fixture
async def copy(copies: Copies) -> AsyncIterator[Copy]:
    """An empty copy, for code that commits or races."""
    taken = await copies.take()
    yield taken
    await copies.give_back(taken)


@pytest.fixture
def database_url(copy: Copy) -> str:
    """The copy's address."""
    return copy.address


@pytest.fixture
async def empty_database_url(server: AsyncEngine, dropping: Dropping) -> AsyncIterator[str]:
    """The address of a database in which nothing is."""
    name = f"mc_test_{uuid4().hex[:8]}"
    await create(server, name)
    yield address(server, name)
    await dropping.add(name)


@pytest.fixture
def engine(copy: Copy) -> AsyncEngine:
    """An engine on the copy. Its connections, and the statements that they know, are those of the
    tests before; whoever listens to it listens for this test only."""
    return copy.engine.execution_options()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    """Sessions on the copy; they commit freely."""
    return open_sessions(engine)


@pytest.fixture(scope="session")
async def shared_engine(server: AsyncEngine, template: str) -> AsyncIterator[AsyncEngine]:
    """One copy that all rolled-back tests share."""
    name = f"mc_shared_{uuid4().hex[:8]}"
    await create(server, name, template)
    engine = open_engine(address(server, name), pool_size=2)
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


@pytest.fixture(scope="session")
async def redis_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A Valkey for this session of tests; who uses it empties it first."""
    async with valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def now() -> datetime:
    """A Wednesday morning in winter."""
    return datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
