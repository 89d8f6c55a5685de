"""The embedded servers, and what a kill -9 at a bad moment leaves behind."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis.asyncio as redis
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.db import open_engine
from core.embedded import (
    AlreadyRunning,
    StartFailed,
    is_running,
    memory_mb,
    pids,
    postgres,
    shared_postgres,
    valkey,
    whose,
)
from core.embedded.account import SHARED

OWNER = """
import asyncio, sys
from pathlib import Path
from core.embedded import postgres, valkey

async def main(folder):
    async with postgres(folder) as database, valkey(folder) as cache:
        print(database, cache, flush=True)
        await asyncio.sleep(60)

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder whose name is awkward and whose parents every account can enter."""
    parent = Path(tempfile.mkdtemp(dir="/tmp"))
    parent.chmod(0o755)
    yield parent / ("данные и " + "длинный путь " * 6)
    shutil.rmtree(parent)


@pytest.fixture
def closed_dir(data_dir: Path) -> Iterator[Path]:
    """Inside a folder that only its owner enters, as /root is."""
    data_dir.mkdir(mode=0o700)
    yield data_dir / "data"
    moved = (data_dir / "data" / "postgres").resolve()
    shutil.rmtree(moved)
    for leftover in moved.parent.glob(f"{moved.name}.*"):
        leftover.unlink()


def start_owner(data_dir: Path) -> tuple[subprocess.Popen[str], list[str]]:
    """An application of its own with both servers, and their addresses."""
    command = [sys.executable, "-c", OWNER, str(data_dir)]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert owner.stdout
    return owner, owner.stdout.readline().split()


def kill(owner: subprocess.Popen[str]) -> None:
    owner.kill()
    owner.communicate()


async def run(url: str, *statements: str) -> Any:
    """The last statement's value, if it has one."""
    engine = open_engine(url)
    async with engine.begin() as connection:
        for statement in statements:
            result = await connection.execute(text(statement))
        value = result.scalar() if result.returns_rows else None
    await engine.dispose()
    return value


def number(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


async def test_rows_and_keys_are_there_after_a_restart(data_dir: Path) -> None:
    others = {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}
    async with postgres(data_dir) as database, valkey(data_dir) as cache:
        await run(database, "CREATE TABLE kept AS SELECT 42 AS n")
        async with redis.from_url(cache) as client:
            await client.set("kept", "42")
        servers = pids(data_dir)
        ours = set(servers) - others
        served = [each for each in psutil.process_iter() if each.pid in ours]
        assert 10 < memory_mb(process.pid for process in served) < 300
    _, alive = psutil.wait_procs(served, timeout=5)
    assert not alive
    async with postgres(data_dir) as database, valkey(data_dir) as cache:
        assert await run(database, "SELECT n FROM kept") == 42
        async with redis.from_url(cache) as client:
            assert await client.get("kept") == b"42"


async def test_cyrillic_letters_fold_sort_and_are_found(data_dir: Path) -> None:
    async with postgres(data_dir) as database:
        assert await run(database, "SELECT lower('ЁЖИК')") == "ёжик"
        await run(database, "CREATE EXTENSION pg_trgm")
        assert await run(database, "SELECT similarity('Анна', 'АННА')") == 1
        await run(database, "CREATE EXTENSION citext")
        assert await run(database, "SELECT 'Ж'::citext = 'ж'::citext") is True


async def test_servers_of_a_killed_application_are_adopted(data_dir: Path) -> None:
    owner, addresses = start_owner(data_dir)
    before = number(data_dir)
    kill(owner)
    async with postgres(data_dir) as database, valkey(data_dir) as cache:
        assert [database, cache] == addresses
        assert number(data_dir) == before
        assert await run(database, "SELECT 1") == 1
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


async def test_a_second_start_names_who_holds_the_data(data_dir: Path) -> None:
    owner, _ = start_owner(data_dir)
    try:
        with pytest.raises(AlreadyRunning, match=f"process {owner.pid} already runs"):
            async with postgres(data_dir):
                pass
        with pytest.raises(AlreadyRunning, match=f"process {owner.pid} already runs"):
            async with valkey(data_dir):
                pass
        assert is_running(data_dir)
        async with shared_postgres(data_dir) as database:
            assert await run(database, "SELECT 1") == 1
        assert is_running(data_dir)
    finally:
        owner.send_signal(signal.SIGINT)
        owner.communicate()


async def test_application_and_servers_may_all_be_killed(data_dir: Path) -> None:
    owner, _ = start_owner(data_dir)
    kill(owner)
    for pid in pids(data_dir):
        if pid != os.getpid():
            os.kill(pid, signal.SIGKILL)
    async with postgres(data_dir) as database, valkey(data_dir) as cache:
        assert await run(database, "SELECT 1") == 1
        async with redis.from_url(cache) as client:
            assert await client.ping()


@pytest.mark.parametrize("holder", ["a process that is gone", "a process that is not PostgreSQL"])
async def test_a_stale_pid_file_is_removed(data_dir: Path, holder: str) -> None:
    async with postgres(data_dir):
        lines = (data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
    pid = str(2**22) if holder.endswith("gone") else str(os.getpid())
    (data_dir / "postgres" / "postmaster.pid").write_text("\n".join([pid, *lines[1:]]))
    async with postgres(data_dir) as database:
        assert await run(database, "SELECT 1") == 1


async def test_a_server_that_dies_is_started_again(data_dir: Path) -> None:
    async with valkey(data_dir) as cache, redis.from_url(cache) as client:
        os.kill(int((data_dir / "valkey" / "valkey.pid").read_text()), signal.SIGKILL)
        async with asyncio.timeout(5):
            while True:
                try:
                    assert await client.ping()
                    break
                except redis.ConnectionError:
                    await asyncio.sleep(0.05)


async def test_a_server_that_dies_while_it_is_started_again_is_started_once_more(
    data_dir: Path,
) -> None:
    async with postgres(data_dir) as url:
        await run(url, "CREATE TABLE kept (n int)")
        for _ in range(2):  # the second time as soon as there is a process
            pid_file = data_dir / "postgres" / "postmaster.pid"
            first = pid_file.read_text().split()[0]
            os.kill(int(first), signal.SIGQUIT)
            async with asyncio.timeout(30):
                while not pid_file.exists() or pid_file.read_text().split()[:1] in ([], [first]):  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
        async with asyncio.timeout(30):
            while True:
                try:
                    assert await run(url, "SELECT count(*) FROM kept") == 0
                    break
                except (DBAPIError, OSError):
                    await asyncio.sleep(0.1)


async def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    async with postgres(data_dir):
        pass
    (data_dir / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(StartFailed, match="not compatible"):
        async with postgres(data_dir):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root meets what belongs to others")
@pytest.mark.parametrize(
    ("owner", "told"), [("daemon", "daemon"), ("root", None), ("nobody", None), (54321, None)]
)
def test_root_is_told_whose_data_it_is(tmp_path: Path, owner: str | int, told: str | None) -> None:
    assert whose(tmp_path / "none yet") is None
    shutil.chown(tmp_path, owner)
    assert whose(tmp_path) == told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers for another account")
async def test_root_keeps_data_where_the_server_can_enter(closed_dir: Path) -> None:
    async with postgres(closed_dir) as database:
        assert await run(database, "SELECT 1") == 1
    assert (closed_dir / "postgres").resolve().parent == SHARED


NICE = """
import asyncio, os, sys
from core.db import open_engine
from core.niceness import give_way

async def main(address):
    engine = open_engine(address)
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        print(os.getpid(), raw.driver_connection.get_server_pid(), flush=True)
        await asyncio.sleep(60)

give_way(int(sys.argv[2]))
asyncio.run(main(sys.argv[1]))
"""


def yielding(pid: int) -> tuple[int, str]:
    """The niceness of a process, and where Linux knows such, that of its session."""
    group = Path(f"/proc/{pid}/autogroup")
    told = group.read_text().strip() if group.exists() else ""
    return psutil.Process(pid).nice(), told.rpartition("nice ")[2]


async def test_what_serves_a_nice_process_is_as_nice(data_dir: Path) -> None:
    async with postgres(data_dir) as address:
        command = (sys.executable, "-c", NICE, address, "7")
        asked = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdout=asked)
        assert process.stdout is not None
        own, server = map(int, (await process.stdout.readline()).split())
        before = os.getpriority(os.PRIO_PROCESS, 0)
        assert yielding(own)[0] == yielding(server)[0] == before + 7
        assert yielding(own)[1] == yielding(server)[1] in ("", str(before + 7))
        assert os.getsid(own) == own
        process.kill()
        await process.wait()
        engine = open_engine(address)
        async with engine.connect() as connection:
            raw = await connection.get_raw_connection()
            ours: Any = raw.driver_connection
            assert yielding(ours.get_server_pid())[0] == before
        await engine.dispose()
