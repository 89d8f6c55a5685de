"""PostgreSQL crashes at the worst moment: what Telegram was told has arrived is there."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.db import Base, open_engine
from core.embedded import postgres
from core.outages import is_outage
from core.updates import service
from core.updates.models import TelegramUpdate
from demo.stand.serve import Running
from migrations.upgrade import upgrade
from tests.scenarios.test_outages import BACK, answering, greeted

UPDATE = {"update_id": 7, "message": {"message_id": 1, "from": {"id": 5}, "text": "hi"}}
NOBODY = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"  # no commit is ever confirmed
ANYBODY = "ALTER SYSTEM RESET synchronous_standby_names"


class Cluster:
    """A PostgreSQL of the test's own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.engine = open_engine(url)
        self._pid_file = folder / "postgres" / "postmaster.pid"

    async def crash(self) -> None:
        """An immediate stop: what is in memory is gone. It is started again by itself."""
        died = int(self._pid_file.read_text().split()[0])
        os.kill(died, signal.SIGQUIT)
        async with asyncio.timeout(BACK):
            while not await self._is_back(died):  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(0.05)

    async def _is_back(self, died: int) -> bool:
        try:
            return int(self._pid_file.read_text().split()[0]) != died and await self._answers()
        except (OSError, IndexError, ValueError):
            return False

    async def _answers(self) -> bool:
        try:
            async with self.engine.connect() as connection:
                return bool(await connection.scalar(text("SELECT true")))
        except Exception as error:
            if not is_outage(error):
                raise
            return False

    async def set(self, statement: str) -> None:
        """Change how it works."""
        async with self.engine.connect() as connection:
            alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await alone.execute(text(statement))
            await alone.execute(text("SELECT pg_reload_conf()"))
        await asyncio.sleep(0.2)  # its processes read it one after the other


@pytest.fixture
def folder() -> Iterator[Path]:
    """Every account can enter it: PostgreSQL has one of its own."""
    with TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
async def cluster(folder: Path) -> AsyncIterator[Cluster]:
    """It writes nothing onto the disk by itself, and may wait for another one."""
    tuning = {"wal_writer_delay": "10s", "wal_level": "replica", "max_wal_senders": "1"}
    async with postgres(folder, **tuning) as url:
        made = Cluster(folder, url)
        yield made
        await made.engine.dispose()


async def known(engine: AsyncEngine) -> list[int]:
    return [each.update_id for each in await service.unanswered(engine)]


@pytest.mark.slow
async def test_what_was_not_kept_comes_again_and_what_was_kept_is_there(cluster: Cluster) -> None:
    engine = cluster.engine
    async with engine.begin() as connection:
        table = Base.metadata.tables[TelegramUpdate.__tablename__]
        await connection.run_sync(Base.metadata.create_all, tables=[table])
    assert len(await service.take_in(engine, [UPDATE])) == 1
    await cluster.crash()
    assert await known(engine) == []
    with pytest.raises(service.Lost):
        await service.keep(engine, [UPDATE])
    assert len(await service.take_in(engine, [UPDATE])) == 1
    await service.keep(engine, [UPDATE])
    await cluster.crash()
    assert await known(engine) == [7]


@pytest.mark.slow
async def test_a_person_is_answered_before_telegram_is_told_and_after_a_crash_too(
    cluster: Cluster, stand: Running, redis_url: str
) -> None:
    await upgrade(cluster.engine)
    async with answering(stand.url, cluster.url, redis_url):
        anna = stand.person()
        await greeted(anna)
        await cluster.set(NOBODY)
        await anna.type("/help")
        await anna.wait_for("Как это работает", timeout=BACK)
        assert stand.stand.updates.pending, "Telegram was told before it was on the disk"
        await cluster.crash()
        await cluster.set(ANYBODY)
        await anna.type("/start")
        await anna.wait_for("Центр рассылок", timeout=BACK)
        async with asyncio.timeout(BACK):
            while stand.stand.updates.pending or await known(cluster.engine):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # nothing tells of it
