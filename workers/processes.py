"""Processes under one parent: started again when they die, ended with it however it ends."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence

import structlog

from core.tasks import finished_first

log = structlog.get_logger(__name__)

PAUSE = 1.0
DRAIN = 15.0  # seconds for a process to end in good order


async def run_processes(
    command: Sequence[str], environment: Mapping[str, str], number: int, stop: asyncio.Event
) -> None:
    """Keep so many processes of a command running until `stop`."""
    async with asyncio.TaskGroup() as group:
        for _ in range(number):
            group.create_task(_keep(command, environment, stop))


async def _keep(
    command: Sequence[str], environment: Mapping[str, str], stop: asyncio.Event
) -> None:
    while not stop.is_set():
        try:
            process = await asyncio.create_subprocess_exec(
                *command, env={**os.environ, **environment}, stdin=asyncio.subprocess.PIPE
            )
        except OSError as error:  # no memory or no number left for one more
            log.warning("a process cannot be started, trying again", reason=error.strerror)
            await finished_first(asyncio.sleep(PAUSE), stop)
            continue
        status = await finished_first(process.wait(), stop)
        if status is None:
            await _end(process)
        elif not stop.is_set():
            log.warning("a process ended, starting another", pid=process.pid, status=status)
            await finished_first(asyncio.sleep(PAUSE), stop)


async def _end(process: asyncio.subprocess.Process) -> None:
    try:
        process.terminate()
        async with asyncio.timeout(DRAIN):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
    except ProcessLookupError:
        pass


def follow_parent(stop: Callable[[], None]) -> None:
    """Stop when the parent is gone: its end of our standard input closes even after kill -9."""
    loop, parent = asyncio.get_running_loop(), sys.stdin.fileno()

    def heard() -> None:
        if not os.read(parent, 1024):
            loop.remove_reader(parent)
            stop()

    loop.add_reader(parent, heard)
