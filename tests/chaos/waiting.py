"""Time as a process had it: what it stood in line for a core on a busy machine is not its own."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from time import monotonic

import psutil

EVERY = 0.2
NANO = 1e-9


def in_line(pid: int) -> float:
    """For how many seconds of its life a process was ready to run and had no core (Linux)."""
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) * NANO
    return 0.0


class OwnTime:
    """The seconds that have passed for a process since now."""

    def __init__(self, pid: int, waited: Callable[[int], float] = in_line) -> None:
        self._pid, self._waited = pid, waited
        self._began, self._before = monotonic(), waited(pid)

    @property
    def passed(self) -> float:
        """By its own time."""
        return self.by_the_wall - max(0.0, self._waited(self._pid) - self._before)

    @property
    def by_the_wall(self) -> float:
        """By everybody's."""
        return monotonic() - self._began


async def gone(processes: Collection[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until these have ended; those that had so many seconds for it and did not."""
    waited = {process: OwnTime(process.pid) for process in processes}
    late: list[psutil.Process] = []
    while waited:
        for process, time in list(waited.items()):
            if not _lives(process):
                del waited[process]
            elif time.passed > seconds:
                late.append(process)
                del waited[process]
        await asyncio.sleep(EVERY)
    return late


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False
