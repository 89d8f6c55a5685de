"""Small disks of our own, which can be filled to the last octet: tmpfs, where root may mount it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FILLER = "filler"


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A disk mounted on the folder for the block; False where it stays a plain folder."""
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=0711"
    mounted = os.geteuid() == 0 and _done("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder)
    try:
        yield mounted
    finally:
        if mounted:
            _done("umount", "--lazy", folder)


def fill(folder: Path) -> None:
    """No octet is left."""
    descriptor = os.open(folder / FILLER, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        step = 1 << 20
        while step >= 4096:
            with suppress(OSError):
                while True:
                    os.posix_fallocate(descriptor, size, step)
                    size += step
            step //= 4
    finally:
        os.close(descriptor)


def empty(folder: Path) -> None:
    """There is room again."""
    (folder / FILLER).unlink(missing_ok=True)


def _done(*command: str | Path) -> bool:
    with suppress(OSError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603
    return False
