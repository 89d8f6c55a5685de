"""What the processes said: no error that nobody caught, no secret, no whole address."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.chaos.load import DOMAIN

# Errors that Python itself reports, since nobody caught them.
UNCAUGHT = re.compile(
    r"^[ +|]*(Exception Group )?Traceback \(most recent call last\)"
    r"|exception was never retrieved|was never awaited"
    r"|^Exception ignored|^Fatal Python error|Task was destroyed but it is pending"
    r"|^--- Logging error ---|Segmentation fault"
)
ADDRESS = re.compile(rf"[A-Za-z0-9_.+-]+@{re.escape(DOMAIN)}")


def unlogged(lines: Iterable[str]) -> Iterator[str]:
    """Lines about errors that escaped the log."""
    return (line for line in lines if UNCAUGHT.search(line))


def secrets(lines: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """Lines with a secret or a client's whole address."""
    words = tuple(known)
    return (line for line in lines if any(w in line for w in words) or ADDRESS.search(line))


def lines_of(folder: Path) -> Iterator[str]:
    """Of every log."""
    for path in sorted(folder.glob("*.log")):
        with path.open(errors="replace") as log:
            yield from (f"{line.rstrip()}" for line in log)
