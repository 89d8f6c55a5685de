"""Clocks that can be moved under a running process: libfaketime, where it is installed.

Only the time of day jumps, as when somebody sets it; monotonic clocks run on.
"""

from pathlib import Path

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib*/faketime/libfaketimeMT.so.1")


def library() -> Path | None:
    """Where it is."""
    found = [path for pattern in LIBRARIES for path in Path("/").glob(pattern[1:])]
    return found[0] if found else None


def preload(library: Path) -> dict[str, str]:
    """What a process has to be started with so that it can follow a clock."""
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


class Clock:
    """The clock of one process and of its children."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.move(0)

    def move(self, seconds: int) -> None:
        """So far from the truth from now on."""
        whole = self._file.with_suffix(".new")
        whole.write_text(f"{seconds:+d}\n")
        whole.replace(self._file)

    def environment(self, library: Path) -> dict[str, str]:
        """What makes a process follow this clock."""
        return {**preload(library), "FAKETIME_TIMESTAMP_FILE": str(self._file)}
