"""Files of clients loaded by workers that stop, die and meet each other."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core.bootstrap import Deps
from core.clients import loading, uploads, writing
from core.clients.importing import BATCH
from core.clients.loading import Outcome
from core.clients.models import Client, Import
from core.clients.reading import Look
from core.clients.upload_links import Link
from core.clients.uploads import Upload
from core.db import Sessions, clock
from core.errors import Conflict, MailCenterError
from core.jobs.models import Job
from core.users.models import User
from tests import factories
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working
from tests.workers.test_kill import a_lease_later
from workers.tasks import ELSEWHERE, Later, load_clients
from workers.worker import build

ROWS = 5 * BATCH
LOCKED = 4 * BATCH + 10  # stands in the last slice
LINES = [f"c{n}@example.org;Анна" for n in range(ROWS)]


@pytest.fixture
async def owner(sessions: Sessions) -> User:
    async with sessions.begin() as tx:
        return await factories.user(tx)


async def wanted(deps: Deps, owner: User, folder: Path, lines: list[str]) -> int:
    """A file that its owner wants loaded."""
    path = folder / "file"
    path.write_text("\n".join(["E-mail;Имя", *lines]))
    look = Look(["E-mail", "Имя"], {"email": 0, "first_name": 1}, [], len(lines))
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        upload = await uploads.keep(tx, Link(owner.id, 1), "c.csv", path, look, now)
        await loading.want(tx, owner, upload.id, now)
        return upload.id


async def kept(sessions: Sessions, upload_id: int) -> Upload:
    async with sessions() as tx:
        return await tx.get_one(Upload, upload_id)


async def until_told(sessions: Sessions, upload_id: int) -> Outcome:
    async def is_there() -> bool:
        return (await kept(sessions, upload_id)).outcome is not None

    await until(is_there, 60)
    return Outcome.of(await kept(sessions, upload_id))


async def count(sessions: Sessions) -> int:
    async with sessions() as tx:
        return await tx.scalar(select(func.count()).select_from(Client)) or 0


async def test_a_worker_killed_midway_loses_nothing_and_doubles_nothing(
    sessions: Sessions, database_url: str, deps: Deps, owner: User, sink: Sink, tmp_path: Path
) -> None:
    async with sessions.begin() as tx:
        known = await factories.client(tx, owner, email=f"c{LOCKED}@example.org")
    upload_id = await wanted(deps, owner, tmp_path, LINES)
    environment = os.environ | {
        "WORKER_DATABASE": database_url,
        "WORKER_DATA": str(deps.settings.data_dir),
        "SINK_PORT": str(sink.port),
    }

    async def is_held_up() -> bool:
        return (await kept(sessions, upload_id)).progress == at_last_slice

    at_last_slice = {"row": 4 * BATCH + 1, "id": 1, "new": 4 * BATCH, "known": 0, "unsubscribed": 0}
    async with sessions.begin() as tx:
        await tx.get_one(Client, known.id, with_for_update=True)
        command = (sys.executable, "-m", "tests.workers.process")
        process = await asyncio.create_subprocess_exec(*command, env=environment)
        await until(is_held_up, 60)
        process.kill()
        await process.wait()
    await a_lease_later(sessions)
    async with working(deps):
        done = await until_told(sessions, upload_id)
    assert (done.imported.new, done.imported.updated) == (ROWS - 1, 1)
    assert await count(sessions) == ROWS
    assert done.imported.id is not None
    async with sessions.begin() as tx:
        undone = await writing.undo(tx, owner, done.imported.id, await clock(tx))
    assert (undone.gone, undone.restored, await count(sessions)) == (ROWS - 1, 1, 1)


async def test_what_is_loaded_goes_on_where_a_stopped_worker_left_it(
    sessions: Sessions, deps: Deps, owner: User, tmp_path: Path
) -> None:
    upload_id = await wanted(deps, owner, tmp_path, LINES[: BATCH + 1])

    class AfterOne(asyncio.Event):
        """Set from the second time on that it is looked at."""

        def is_set(self) -> bool:
            looked = super().is_set()
            self.set()
            return looked

    assert not await loading.load(sessions, deps.settings, upload_id, AfterOne())
    assert await count(sessions) == BATCH
    with pytest.raises(Conflict, match="being loaded"):
        async with sessions() as tx:
            await uploads.at_hand(tx, owner, upload_id)
    assert await loading.load(sessions, deps.settings, upload_id, asyncio.Event())
    done = Outcome.of(await kept(sessions, upload_id))
    assert (done.imported.new, await count(sessions)) == (BATCH + 1, BATCH + 1)


async def test_two_workers_at_one_file_write_each_row_once(
    sessions: Sessions, deps: Deps, owner: User, tmp_path: Path
) -> None:
    upload_id = await wanted(deps, owner, tmp_path, LINES[: 2 * BATCH])
    both = [loading.load(sessions, deps.settings, upload_id, asyncio.Event()) for _ in range(2)]
    assert True in await asyncio.gather(*both)
    done = Outcome.of(await kept(sessions, upload_id))
    assert (done.imported.new, done.imported.same) == (2 * BATCH, 0)


async def test_files_of_one_owner_are_loaded_one_after_the_other(
    sessions: Sessions, deps: Deps, owner: User, tmp_path: Path
) -> None:
    first = await wanted(deps, owner, tmp_path, ["c0@example.org;Анна"])
    second = await wanted(deps, owner, tmp_path, ["c0@example.org;Аня"])
    tried = [
        await loading.load(sessions, deps.settings, upload_id, asyncio.Event())
        for upload_id in (second, first, second)
    ]
    assert tried == [False, True, True]
    async with sessions() as tx:
        assert await tx.scalar(select(Client.first_name)) == "Аня"


async def test_a_file_that_is_broken_further_down_is_taken_back(
    sessions: Sessions, deps: Deps, owner: User, tmp_path: Path
) -> None:
    broken = [*LINES[: BATCH + 1], '"never closed' + "x" * 2_000_000]
    upload_id = await wanted(deps, owner, tmp_path, broken)
    assert await loading.load(sessions, deps.settings, upload_id, asyncio.Event())
    assert "quotation mark" in (Outcome.of(await kept(sessions, upload_id)).refused or "")
    async with sessions() as tx:
        assert await tx.scalar(select(func.max(Import.id))) is None
        assert await uploads.at_hand(tx, owner, upload_id)
    assert await count(sessions) == 0


async def test_a_mistake_of_ours_is_told_and_the_file_can_be_tried_again(
    sessions: Sessions, deps: Deps, owner: User, tmp_path: Path
) -> None:
    upload_id = await wanted(deps, owner, tmp_path, LINES[:2])
    worker = build("a worker", deps, asyncio.Event())
    job = Job(args={"upload_id": upload_id}, failures=0)
    nobodys = deps.settings.data_dir / uploads.FOLDER
    nobodys.write_bytes(b"")  # where files are worked on
    assert await load_clients(worker, job) is None
    assert Outcome.of(await kept(sessions, upload_id)).refused == MailCenterError.text
    nobodys.unlink()
    async with sessions.begin() as tx:
        await loading.told(tx, upload_id)
        await loading.want(tx, owner, upload_id, await clock(tx))
    assert await load_clients(worker, job) is None
    assert Outcome.of(await kept(sessions, upload_id)).imported.new == 2


async def test_a_file_whose_job_is_given_up_holds_no_other_up(
    sessions: Sessions, deps: Deps, owner: User, tmp_path: Path
) -> None:
    upload_id = await wanted(deps, owner, tmp_path, LINES[:1])
    async with sessions.begin() as tx:
        assert await loading.give_up(tx, await clock(tx)) == 0
        await tx.execute(update(Job).values(status="failed"))
    async with sessions.begin() as tx:
        assert await loading.give_up(tx, await clock(tx)) == 1
    assert Outcome.of(await kept(sessions, upload_id)).refused == MailCenterError.text


async def test_few_files_are_loaded_at_a_time(deps: Deps) -> None:
    worker = build("a worker", deps, asyncio.Event())
    worker.loading |= set(range(loading.AT_ONCE))
    assert await load_clients(worker, Job(args={"upload_id": 99})) == Later(pause=ELSEWHERE)


async def test_what_somebody_waits_for_neither_makes_room_nor_goes_with_the_day(
    sessions: Sessions, deps: Deps, owner: User, tmp_path: Path
) -> None:
    upload_id = await wanted(deps, owner, tmp_path, LINES[:1])
    look = Look(["E-mail"], {"email": 0}, [], 1)
    async with sessions.begin() as tx:
        now = await clock(tx)
        for _ in range(uploads.MOST):
            await uploads.keep(tx, Link(owner.id, 1), "c.csv", tmp_path / "file", look, now)
        assert await uploads.forget_old(tx, now + timedelta(days=2)) == uploads.MOST
    assert await loading.load(sessions, deps.settings, upload_id, asyncio.Event())
    async with sessions.begin() as tx:
        assert await uploads.forget_old(tx, now + timedelta(days=2)) == 0
        await loading.told(tx, upload_id)
        assert await uploads.forget_old(tx, now + timedelta(days=2)) == 1
