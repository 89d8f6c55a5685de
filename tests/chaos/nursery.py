"""Processes begun by forking one that has imported the whole program: a start for little work.

What is forked runs the same `main` with the same arguments and environment as a start from
nothing; only the reading of some thousand modules is not repeated. So a busy machine can bear a
kill every few seconds. `worker-3` and its children start from nothing.
"""

import asyncio
import gc
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.processes import ROOT, Process, without_settings

ENDS = 60.0  # seconds for the kernel to end one that is killed


class Nursery:
    """Begins processes, one after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._one = asyncio.Lock()

    async def fork(self, wanted: Mapping[str, Any]) -> int:
        """The number of the new process."""
        assert self._process.stdin
        assert self._process.stdout
        async with self._one:
            self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
            return int(await self._process.stdout.readline())


@asynccontextmanager
async def nursery(environment: Mapping[str, str]) -> AsyncIterator[Nursery]:
    """One that is there for the block; `environment` is what a process cannot change later."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__),
        env={**without_settings(), **environment},
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Nursery(process)
    finally:
        process.kill()
        await process.wait()


class Forked(Process):
    """One `main.py COMMAND` out of a nursery."""

    def __init__(
        self, nursery: Nursery, command: tuple[str, ...], environment: Mapping[str, str], log: Path
    ) -> None:
        super().__init__(command, environment, log)
        self._nursery = nursery
        self._pid, self._handle = 0, -1
        self._gone: asyncio.Event | None = None

    async def start(self) -> None:
        self._pid = await self._nursery.fork(
            {
                "command": self._command,
                "environment": self._environment,
                "log": str(self._log),
            }
        )
        self._gone = asyncio.Event()
        try:
            self._handle = os.pidfd_open(self._pid)
        except ProcessLookupError:
            self._gone.set()
        else:
            loop = asyncio.get_running_loop()
            loop.add_reader(self._handle, self._left, self._handle, self._gone)

    def _left(self, handle: int, gone: asyncio.Event) -> None:
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)
        gone.set()

    def send(self, number: signal.Signals) -> None:
        if self._gone and not self._gone.is_set():
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def status(self) -> int | None:
        return 0 if self._gone and self._gone.is_set() else None

    async def _end(self, number: signal.Signals) -> int:
        self.send(number)
        return await self.ended()

    async def ended(self) -> int:
        async with asyncio.timeout(ENDS):
            if self._gone:
                await self._gone.wait()
        return 0


def serve() -> None:
    """Fork at each line of the standard input, and answer the process's number."""
    import admin_web.app  # noqa: F401
    import bot.app  # noqa: F401
    import main  # noqa: F401

    gc.freeze()  # what is shared stays shared
    os.nice(4)  # whom everything passes through goes first on a busy machine
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    while line := sys.stdin.buffer.readline():
        if (pid := os.fork()) == 0:
            sys.exit(_become(json.loads(line)))
        os.write(1, b"%d\n" % pid)


def _become(wanted: dict[str, Any]) -> int:
    """The process itself: nothing of the nursery's but its modules is left."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGUSR1, _tell)
    random.seed()
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(Path(wanted["log"]).parent)
    log = os.open(wanted["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for descriptor, to in ((os.open(os.devnull, os.O_RDONLY), 0), (log, 1), (log, 2)):
        os.dup2(descriptor, to)
    import main

    return main.main(wanted["command"])


def _tell(*_: object) -> None:
    """What each task waits for: asked of a process that stands still."""
    for task in asyncio.all_tasks():
        waits: list[str] = []
        step: Any = task.get_coro()
        while step is not None:
            if frame := getattr(step, "cr_frame", None) or getattr(step, "gi_frame", None):
                waits.append(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
            step = getattr(step, "cr_await", None) or getattr(step, "gi_yieldfrom", None)
        print(f"TASK {task.get_name()}: {' > '.join(waits)}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    serve()
