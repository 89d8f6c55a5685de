"""A worker's world: a database of its own, a mail server that listens, a Redis database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from core.bootstrap import Deps, build, build_on
from core.settings import Settings
from tests.core.mail.sink import Sink
from workers.app import QUEUES, run_worker

REDIS = "redis://127.0.0.1:6379/11"


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """Takes every mail."""
    sink = Sink()
    await sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def make_settings(sink: Sink, tmp_path: Path) -> Callable[..., Settings]:
    """Settings that lead to the sink; others by name."""
    usual: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": sink.port,
        "smtp_security": "none",
        "mail_from": "post@example.org",
        "secret_key": SecretStr("a key for tests"),
        "data_dir": tmp_path,
    }
    return lambda **fields: Settings(_env_file=None, **usual | fields)  # type: ignore[call-arg]


@pytest.fixture
async def make_deps(
    make_settings: Callable[..., Settings], database_url: str
) -> AsyncIterator[Callable[..., Deps]]:
    """Deps as of a process of its own; settings by name."""
    made: list[Deps] = []

    def make(**fields: Any) -> Deps:
        made.append(build(make_settings(**fields), database_url, REDIS))
        return made[-1]

    yield make
    for deps in made:
        await deps.aclose()


@pytest.fixture
async def deps(make_settings: Callable[..., Settings], engine: AsyncEngine) -> AsyncIterator[Deps]:
    """The usual ones."""
    made = build_on(engine, make_settings(), REDIS)
    yield made
    await made.redis.aclose()


@asynccontextmanager
async def working(*processes: Deps, **options: Any) -> AsyncIterator[asyncio.Event]:
    """Workers that run beside the block and are stopped at its end."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for deps in processes:
            group.create_task(run_worker(deps, QUEUES, stop, **options))
        try:
            yield stop
        finally:
            stop.set()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait for something that the workers do; the machine may have much else to do."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110  it becomes true in the database
            await asyncio.sleep(0.02)
