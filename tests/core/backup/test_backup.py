"""A file that holds everything but the keys, and a database made of it."""

import gzip
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from core import backup
from core.clients.models import Client
from core.db import Sessions, clock, open_engine, open_sessions
from core.delivery import service as delivery
from core.delivery.models import Delivery
from core.jobs import pauses, queries
from core.mailings.models import Mailing
from core.mailings.rules import RESTORED
from core.scheduling.models import Schedule
from core.settings import Settings
from core.updates.models import TelegramUpdate
from tests import factories
from tests.core.delivery.makers import mailing, started


@pytest.fixture
def settings() -> Settings:
    return Settings(_env_file=None, secret_key=SecretStr("a key for tests"))  # type: ignore[call-arg]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "today.sql.gz"


@pytest.fixture
async def empty(empty_database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(empty_database_url)
    yield engine
    await engine.dispose()


def facts(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_size, found.st_mode & 0o777


def read(file: Path) -> bytes:
    return file.read_bytes()


def content(file: Path) -> bytes:
    return gzip.decompress(read(file))


def write(file: Path, octets: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(octets)


def list_of(folder: Path) -> list[Path]:
    return list(folder.glob("*"))


async def clients(engine: AsyncEngine) -> int | None:
    async with open_sessions(engine)() as tx:
        return await tx.scalar(select(func.count()).select_from(Client))


async def test_a_backup_makes_an_empty_database_the_same(
    sessions: Sessions, database_url: str, empty: AsyncEngine, file: Path, settings: Settings
) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx, name="Ёлка")
        await factories.client(tx, owner, comment="two\nlines and a \\.")
    saved = await backup.save(database_url, file, settings)
    size, mode = facts(file)
    assert (saved.size, mode) == (size, 0o600)
    assert await backup.load(empty, file) == saved.manifest
    async with open_sessions(empty)() as tx:
        assert (await tx.scalars(select(Client.comment))).all() == ["two\nlines and a \\."]


async def test_the_file_names_its_key_and_holds_none(
    sessions: Sessions, database_url: str, file: Path, settings: Settings
) -> None:
    saved = await backup.save(database_url, file, settings)
    assert saved.manifest.key == backup.fingerprint(settings)
    other = settings.model_copy(update={"secret_key": SecretStr("another")})
    assert saved.manifest.key != backup.fingerprint(other)
    assert b"a key for tests" not in content(file)


async def test_a_file_that_is_there_is_not_written_over(
    sessions: Sessions, database_url: str, file: Path, settings: Settings
) -> None:
    write(file, b"precious")
    with pytest.raises(backup.BackupError, match="is there already"):
        await backup.save(database_url, file, settings)
    assert read(file) == b"precious"


async def test_a_failed_backup_leaves_no_file(
    empty_database_url: str, file: Path, settings: Settings
) -> None:
    with pytest.raises(backup.BackupError, match="nothing to back up"):
        await backup.save(empty_database_url, file, settings)
    assert not list_of(file.parent)


async def test_a_database_with_users_is_not_written_over(
    sessions: Sessions, engine: AsyncEngine, database_url: str, file: Path, settings: Settings
) -> None:
    async with sessions.begin() as tx:
        await factories.client(tx, await factories.user(tx))
    await backup.save(database_url, file, settings)
    with pytest.raises(backup.BackupError, match="1 users are in this database"):
        await backup.load(engine, file)
    assert await clients(engine) == 1


async def test_a_migrated_database_without_users_is_empty_enough(
    sessions: Sessions, engine: AsyncEngine, database_url: str, file: Path, settings: Settings
) -> None:
    await backup.save(database_url, file, settings)
    await backup.load(engine, file)
    assert await clients(engine) == 0


async def test_half_a_backup_changes_nothing(
    sessions: Sessions, engine: AsyncEngine, database_url: str, file: Path, settings: Settings
) -> None:
    await backup.save(database_url, file, settings)
    write(file, read(file)[:-2000])
    with pytest.raises(backup.BackupError, match="is damaged"):
        await backup.load(engine, file)
    assert await clients(engine) == 0


@pytest.mark.parametrize("content", [b"", b"not gzip", gzip.compress(b"SELECT 1;\n", mtime=0)])
async def test_other_files_are_refused_by_name(
    empty: AsyncEngine, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "other.gz"
    path.write_bytes(content)
    with pytest.raises(backup.BackupError, match=r"other\.gz"):
        await backup.load(empty, path)


async def test_a_run_under_way_is_frozen_for_its_owner_to_decide(
    sessions: Sessions, now: datetime
) -> None:
    async with sessions.begin() as tx:
        run = await started(tx, now)
        held = await backup.hold(tx, now)
    assert (held.frozen, held.asked) == (1, 0)
    async with sessions() as tx:
        made = await tx.get_one(Mailing, run.mailing_id)
        assert (made.status, made.held_because) == ("frozen", RESTORED)
        assert (await tx.scalars(select(Delivery.status))).all() == ["queued"] * 3


async def test_nothing_is_sent_before_a_restored_database_is_held(
    sessions: Sessions, database_url: str, empty: AsyncEngine, file: Path, settings: Settings
) -> None:
    async with sessions.begin() as tx:
        now = await clock(tx)
        await started(tx, now)
        await mailing(tx, now)
    await backup.save(database_url, file, settings)
    await backup.load(empty, file)
    restored = open_sessions(empty)
    async with restored.begin() as tx:  # as a worker that runs already
        assert await delivery.start_due(tx, now + timedelta(hours=1)) == 0
        assert await queries.take_to_kick(tx, "mail.bulk", now + timedelta(hours=1)) == []
    async with restored.begin() as tx:  # as the next start, where the restore was broken off
        held = await backup.hold_unheld(tx, now + timedelta(hours=1))
        assert held == backup.Held(1, 1)
        assert await pauses.maintenance(tx) is None
    async with restored.begin() as tx:
        assert await backup.hold_unheld(tx, now) is None


async def test_maintenance_that_was_on_is_on_after_a_restore(
    sessions: Sessions, database_url: str, empty: AsyncEngine, file: Path, settings: Settings
) -> None:
    async with sessions.begin() as tx:
        await pauses.stop(tx, pauses.EVERYTHING, "root@example.org", await clock(tx))
    await backup.save(database_url, file, settings)
    await backup.load(empty, file)
    async with open_sessions(empty).begin() as tx:
        await backup.hold(tx, await clock(tx))
        pause = await pauses.maintenance(tx)
    assert pause
    assert pause.by_whom == "root@example.org"


async def test_a_date_that_passed_waits_for_its_owner(sessions: Sessions, now: datetime) -> None:
    async with sessions.begin() as tx:
        made = await mailing(tx, now)
        held = await backup.hold(tx, now + timedelta(hours=1))
        assert (held.frozen, held.asked) == (0, 1)
        assert await delivery.start_due(tx, now + timedelta(hours=1)) == 0
        schedule = (await tx.scalars(select(Schedule))).one()
        assert (schedule.object_id, schedule.paused) == (made.id, True)


async def test_taps_of_before_are_not_done_again(sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        tx.add(TelegramUpdate(update_id=1, sender_id=1, payload={}))
        await tx.flush()
        await backup.hold(tx, await clock(tx))
        assert await tx.scalar(select(TelegramUpdate.done_at)) is not None
