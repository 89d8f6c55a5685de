"""Two locks a server: one its application holds, one the server holds itself.

The kernel lets go of both when their holder dies, however it dies. So the server's own lock
says whether it lives; a pid in a file says only that it once did.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class EmbeddedError(RuntimeError):
    """An embedded server cannot be had; the message is for whoever started us."""


class AlreadyRunning(EmbeddedError):
    """Another application uses this data."""

    def __init__(self, path: Path, pid: str) -> None:
        holder = f"process {pid}" if pid else "another start"
        super().__init__(
            f"{holder} already runs on {path.parent}: stop it, or set another DATA_DIR"
        )


def take(file: IO[str]) -> bool:
    """Lock the file if nobody has; whoever inherits the descriptor holds the lock too."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock at this moment."""
    with path.open("a") as file:
        return take(file)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Keep every other start away while the block runs."""
    with _opened(path) as file:
        if not take(file):
            file.seek(0)
            raise AlreadyRunning(path, file.read().strip())
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _opened(path: Path) -> IO[str]:
    try:
        return path.open("a+")
    except PermissionError as error:
        owner = path.owner() if path.exists() else path.parent.owner()
        raise EmbeddedError(f"{path.parent} belongs to {owner}: run this as {owner}") from error
