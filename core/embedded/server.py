"""What both embedded servers share: start or adopt, keep alive, stop."""

import asyncio
import os
import shutil
import signal
import socket
import stat
import subprocess
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog

from core.embedded.account import Account
from core.embedded.locks import EmbeddedError, exclusive, is_free, take
from core.tasks import Background

log = structlog.get_logger(__name__)

TICK = 0.01
START_SECONDS = 60  # recovery after a crash may take its time
DEAF_SECONDS = 10  # then a server left over from a killed application is told to stop
STOP_SECONDS = 10


class StartFailed(EmbeddedError):
    """The server ended at once; its last words are in the message."""


class Server(ABC):
    """A server on a folder of data; its files stand beside one another there."""

    name: str
    stop_signal: signal.Signals

    def __init__(self, folder: Path, account: Account) -> None:
        self.folder = folder
        self.account = account
        self.sockets = socket_folder(folder, account)
        self.lock = folder.with_name(f"{folder.name}.alive")
        self.log_file = folder.with_name(f"{folder.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """The command line; files are put in order first."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers."""

    @abstractmethod
    def pid(self) -> int | None:
        """As the server wrote it; meaningful only while it lives."""

    def ask(self, name: str, question: bytes = b"") -> bytes | None:
        """What the socket answers; None when nobody listens there."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.sockets / name))
                line.sendall(question)
                return line.recv(64) if question else b""
        except OSError:
            return None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The server answers inside the block and is started again should it die."""
        background = Background()
        try:
            await self._ensure()
            background.start(self._keep(), f"keep {self.name}")
            yield
        finally:
            await background.aclose()
            await self._stop()
            shutil.rmtree(self.sockets, ignore_errors=True)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(1)
            if is_free(self.lock):
                log.warning("embedded server died, starting it again", server=self.name)
                await self._start_again()

    async def _start_again(self) -> None:
        try:
            await self._ensure()
        except StartFailed as error:  # killed while it started, or no room on the disk
            log.warning("embedded server did not start, trying again", reason=str(error))

    async def _ensure(self) -> None:
        self._reap()
        for tick in range(int(START_SECONDS / TICK)):
            if is_free(self.lock):
                self._start()
            elif self.is_ready():
                return
            elif self._process is None and tick == DEAF_SECONDS / TICK:
                self._signal(self.stop_signal)
            await asyncio.sleep(TICK)
        raise StartFailed(f"{self.name} does not answer: {self._last_words()}")

    def _start(self) -> None:
        if self._process is not None:
            raise StartFailed(f"{self.name} did not start: {self._last_words()}")
        for leftover in self.sockets.iterdir():
            leftover.unlink()
        command = self.command()
        with self.lock.open("a") as alive, self.log_file.open("wb") as output:
            take(alive)  # the child inherits the lock, and keeps it when we are gone
            self._process = subprocess.Popen(  # noqa: S603  our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=environment(),
                start_new_session=True,  # Ctrl-C is for us: we stop last what others need
                pass_fds=[alive.fileno()],
                user=self.account.uid,
                group=self.account.gid,
                extra_groups=self.account.groups,
            )

    async def _stop(self) -> None:
        self._signal(self.stop_signal)
        for tick in range(int(2 * STOP_SECONDS / TICK)):
            if is_free(self.lock):
                break
            if tick == STOP_SECONDS / TICK:
                log.warning("embedded server does not stop, forcing it", server=self.name)
                self._signal(signal.SIGQUIT)
            await asyncio.sleep(TICK)
        self._reap()

    def _signal(self, number: signal.Signals) -> None:
        pid = self._process.pid if self._process else self.pid()
        if pid is None or is_free(self.lock):
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    def _reap(self) -> None:
        if self._process is not None and is_free(self.lock):
            self._process.wait()
            self._process = None

    def _last_words(self) -> str:
        lines = self.log_file.read_text(errors="replace").strip().splitlines()
        return " / ".join(lines[-3:]) or f"no word in {self.log_file}"


@contextmanager
def alone(data_dir: Path, name: str) -> Iterator[Path]:
    """The folder of one server's data, on which no other application runs one."""
    data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    folder = data_dir.resolve() / name
    with exclusive(folder.with_name(f"{name}.lock")):
        yield folder


def socket_folder(folder: Path, account: Account) -> Path:
    """A short path of our own, whatever the data's: a socket's name ends at 107 bytes.

    The name follows the folder itself, so that a repository may be moved under a living server.
    """
    place = place_of(folder)
    place.mkdir(mode=0o700, exist_ok=True)
    found = place.lstat()
    ours = found.st_uid in (os.geteuid(), account.uid) and stat.S_ISDIR(found.st_mode)
    if not ours or found.st_mode & 0o077:
        raise EmbeddedError(f"{place} is not ours: remove it")
    account.own(place)
    return place


def place_of(folder: Path) -> Path:
    """Where the sockets of a server on this data stand."""
    facts = folder.stat()
    return Path("/tmp") / f"mail-center-{facts.st_dev:x}-{facts.st_ino:x}"  # noqa: S108  checked


def environment() -> dict[str, str]:
    """Nothing of the person's own settings reaches the server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
