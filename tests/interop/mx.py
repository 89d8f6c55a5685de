"""Real mail servers: each takes our mails and hands them on to a sink."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNPACKED = Path(os.environ.get("INTEROP", "/nonexistent"))  # see `unpack`
PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin"


def program(name: str) -> str | None:
    """Where a server's program is, installed or unpacked; only root can start one."""
    if os.geteuid() != 0 or sys.platform != "linux":
        return None
    return shutil.which(name, path=f"{PLACES}:{UNPACKED / 'usr/sbin'}")


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def process(command: list[str], port: int, log: Path) -> Iterator[None]:
    """A server that stays in the foreground, from when it listens until the block ends."""
    with log.open("wb") as out:
        running = subprocess.Popen(command, stdout=out, stderr=out)  # noqa: S603  our own words
    try:
        wait_for(port)
        yield
    finally:
        running.terminate()
        running.wait(10)


def wait_for(port: int) -> None:
    """Return as soon as somebody listens."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens on port {port}")
