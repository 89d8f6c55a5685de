"""The product as separate processes, the way it runs across machines."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "main.py"


class Process:
    """One `main.py COMMAND`; its log is read when a test fails."""

    def __init__(
        self,
        command: tuple[str, ...],
        environment: Mapping[str, str],
        log: Path,
        program: Path = PROGRAM,
    ) -> None:
        self._program, self._command = program, command
        self._environment = {**without_settings(), **environment}
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, or start it again."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(self._program),
                *self._command,
                env=self._environment,
                cwd=self._log.parent,
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        """kill -9."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM; answers the exit status. One that does not end in time is killed and told."""
        try:
            return await self._end(signal.SIGTERM)
        except TimeoutError:
            await self.kill()
            raise

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(number)

    @property
    def pid(self) -> int:
        """Of the latest start."""
        assert self._process
        return self._process.pid

    @property
    def status(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.returncode if self._process else None

    async def _end(self, number: signal.Signals) -> int:
        assert self._process
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for it to end by itself; answers the exit status."""
        assert self._process
        async with asyncio.timeout(20):
            return await self._process.wait()

    @property
    def log(self) -> str:
        """What it said."""
        return self._log.read_text() if self._log.exists() else ""


def without_settings() -> dict[str, str]:
    """This process's environment without what would configure the product."""
    ours = ("DATABASE_URL", "REDIS_URL", "RABBITMQ_URL", "BOT_TOKEN", "DEBUG", "SECRET_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    if kept.pop("PYTHONDONTWRITEBYTECODE", ""):  # elsewhere then: a start takes less than half
        kept["PYTHONPYCACHEPREFIX"] = str(ROOT / ".pytest_cache" / "bytecode")
    return kept


@asynccontextmanager
async def running(
    commands: Mapping[str, tuple[str, ...]],
    environment: Mapping[str, str],
    folder: Path,
    program: Path = PROGRAM,
) -> AsyncIterator[dict[str, Process]]:
    """Processes by name, ended with the block; a failing block prints their logs."""
    made = {
        name: Process(command, environment, folder / f"{name}.log", program)
        for name, command in commands.items()
    }
    try:
        for process in made.values():
            await process.start()
        yield made
        statuses = {name: await process.stop() for name, process in made.items()}
        assert not any(statuses.values()), statuses
    except BaseException:
        for name, process in made.items():
            print(f"--- {name}\n{process.log[-4000:]}")
        raise
    finally:
        for process in made.values():
            await process.kill()
