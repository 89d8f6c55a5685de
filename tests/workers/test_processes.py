"""Processes under one parent are kept running until it is to end."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.workers.conftest import until
from workers import processes

STARTED = "import os, pathlib; pathlib.Path(f'started.{os.getpid()}').touch(); "
STAYS, LEAVES = STARTED + "input()", STARTED + "exit(3)"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the processes begin."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(processes, "PAUSE", 0.01)
    return tmp_path


@asynccontextmanager
async def kept(number: int, *command: str) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(processes.run_processes(command, {}, number, stop))
        yield
        stop.set()


def started(place: Path) -> list[int]:
    """The process ids of all that began."""
    return [int(path.suffix[1:]) for path in place.glob("started.*")]


async def until_started(place: Path, number: int) -> list[int]:
    """So many or more."""

    async def there() -> bool:
        return len(started(place)) >= number

    await until(there)
    return started(place)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_so_many_run_until_the_end(place: Path) -> None:
    async with kept(2, sys.executable, "-c", STAYS):
        pids = await until_started(place, 2)
        assert all(map(alive, pids))
    assert not any(map(alive, pids))


async def test_one_that_ends_is_followed_by_another(place: Path) -> None:
    async with kept(1, sys.executable, "-c", LEAVES):
        await until_started(place, 3)


async def test_one_that_cannot_be_started_is_tried_again(place: Path) -> None:
    async with kept(1, str(place / "program")):
        await asyncio.sleep(0.05)
        made = place / "new"
        made.write_text(f"#!{sys.executable}\n{STAYS}")
        made.chmod(0o700)
        made.rename(place / "program")
        await until_started(place, 1)
