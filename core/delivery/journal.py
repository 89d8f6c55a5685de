"""What a process has handed over, in memory that outlives it: a mapped file beside the worker.

A kill -9 leaves the pages of a mapped file with the kernel, so that afterwards everybody on the
host can read which mails had been handed over. A slot is one mail on its way: taken before its
first byte may leave, filled with the answer, free again once the ledger has the answer. A lock on
the file (flock) tells that its process lives; the kernel drops it with the process.

After a crash of the host the file may be older than the truth: it is not read again after a boot.
"""

import fcntl
import mmap
import os
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from io import BufferedReader
from itertools import count
from pathlib import Path
from typing import BinaryIO, get_args
from uuid import uuid4

from core.delivery.outcomes import Settled, Status

SLOTS = 16384
SIZE = 320
MAIL, ANSWER = 8, 128  # where they begin within a slot
FREE, OPEN, ANSWERED = 0, 1, 2
BOOT = Path("/proc/sys/kernel/random/boot_id")
STATUSES: tuple[Status, ...] = get_args(Status)

_HEADER = struct.Struct("<d36s")
_WHOSE, _SAID = ANSWER - MAIL - 17, SIZE - ANSWER - 2  # octets of text in each half
_MAIL = struct.Struct(f"<qqB{_WHOSE}s")
_ANSWER = struct.Struct(f"<H{_SAID}s")


@dataclass(frozen=True)
class Handed:
    """A mail that a dead process had handed over, with the answer if one was read."""

    run_id: int
    account: str
    settled: Settled


class Journal:
    """The file of this process. `id` begins the names of its claims."""

    def __init__(self, folder: Path) -> None:
        self.id = uuid4().hex[:12]
        self._path = folder / f"{self.id}.journal"
        self._file = _prepared(folder / f"{self.id}.new")
        os.rename(self._file.name, self._path)  # only now may others look at it: it is locked
        self._map = mmap.mmap(self._file.fileno(), SIZE * (SLOTS + 1))
        self._free = list(range(SLOTS * SIZE, 0, -SIZE))
        self._taken: dict[tuple[int, str, int], int] = {}  # by run, claim and client
        self._numbers = count(1)
        self._claims: set[str] = set()

    def claim(self) -> str:
        """A name for the next claim, by which it is known as ours."""
        claim = f"{self.id}.{next(self._numbers)}"
        self._claims.add(claim)
        return claim

    def ended(self, claim: str) -> None:
        """The ledger knows what became of all its rows."""
        self._claims.discard(claim)

    def hand_over(self, run_id: int, client_id: int, claim: str, account: str) -> bool:
        """Note a mail before its bytes leave; False when there is no room to note it.

        A row that was given back and claimed again has a slot for each claim: that the ledger has
        the outcome of the first may be heard of only when the next is on the wire.
        """
        if (run_id, claim, client_id) in self._taken:
            return True
        if not self._free:
            return False
        at = self._taken[run_id, claim, client_id] = self._free.pop()
        _MAIL.pack_into(self._map, at + MAIL, run_id, client_id, *_whose(claim, account))
        self._map[at] = OPEN
        return True

    def answered(self, run_id: int, outcome: Settled) -> None:
        """Note what became of it."""
        if at := self._taken.get((run_id, outcome.claim, outcome.client_id)):
            _ANSWER.pack_into(self._map, at + ANSWER, *_words(outcome))
            self._map[at] = ANSWERED

    def on_the_wire(self, run_id: int) -> frozenset[int]:
        """Whose mails of a run were handed over and have no answer."""
        taken = self._taken.items()
        return frozenset(
            client for (run, _, client), at in taken if run == run_id and self._map[at] == OPEN
        )

    def recorded(self, run_id: int, outcomes: Iterable[Settled]) -> None:
        """The ledger knows."""
        for outcome in outcomes:
            if at := self._taken.pop((run_id, outcome.claim, outcome.client_id), None):
                self._map[at] = FREE
                self._free.append(at)

    def close(self) -> None:
        """The process ends in good order; what is open still is left for others to read. So are
        claims that could not be given back: nothing of them was handed over, and only this file
        can tell."""
        if not self._taken and not self._claims:
            with suppress(FileNotFoundError):
                self._path.unlink()
        self._map.close()
        self._file.close()


@dataclass(frozen=True)
class Left:
    """The journal of a dead process."""

    id: str
    age: timedelta
    handed: tuple[Handed, ...]


def journals(folder: Path) -> list[Path]:
    """Of every process that had its own in this folder and did not end in good order yet, and
    those that were not even begun."""
    return sorted((*folder.glob("*.journal"), *folder.glob("*.new")))


@contextmanager
def left_behind(path: Path) -> Iterator[Left | None]:
    """What a dead process has left, ours alone within the block; None of a living one's, and of
    one from before the last boot."""
    try:
        file = path.open("rb")
    except FileNotFoundError:  # another process has read it meanwhile
        yield None
        return
    with file:
        if not _ours(file):
            yield None
            return
        yield _told(path.stem, file.read())
        path.unlink()


def _ours(file: BufferedReader) -> bool:
    """Lock it; False where its process lives, and where it is being read or has been."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(file.fileno()).st_nlink > 0


def _told(journal: str, content: bytes) -> Left | None:
    """None where the process died over making it, and of one from before the last boot."""
    if len(content) < SIZE * (SLOTS + 1):
        return None
    made_at, boot = _HEADER.unpack_from(content)
    age = timedelta(seconds=max(0.0, _since_boot() - made_at))
    return Left(journal, age, tuple(_read(content))) if boot == _boot() else None


def _prepared(path: Path) -> BinaryIO:
    """A new file, locked, with all its room taken: a full disk is found now and not later."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("x+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.posix_fallocate(file.fileno(), 0, SIZE * (SLOTS + 1))
        file.write(_HEADER.pack(_since_boot(), _boot()))
        file.flush()
    except OSError:
        path.unlink()
        file.close()
        raise
    return file


def _since_boot() -> float:
    """Seconds, also those asleep; the clock on the wall may be set back."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _boot() -> bytes:
    return BOOT.read_bytes().strip() if BOOT.exists() else b"-" * 36


@lru_cache(maxsize=64)
def _whose(claim: str, account: str) -> tuple[int, bytes]:
    whose = f"{claim}\t{account}".encode()[:_WHOSE]
    return len(whose), whose


def _words(outcome: Settled) -> tuple[int, bytes]:
    _, _, status, code, enhanced, reply, retry_in = outcome
    pause = "" if retry_in is None else retry_in.total_seconds()
    text = f"{status}\t{code or ''}\t{enhanced or ''}\t{pause}\t{reply or ''}"
    words = text.encode()[:_SAID]
    return len(words), words


def _read(content: bytes) -> Iterator[Handed]:
    for at in range(SIZE, len(content), SIZE):
        if content[at] != FREE:
            yield _handed(content, at)


def _handed(content: bytes, at: int) -> Handed:
    run_id, client_id, length, whose = _MAIL.unpack_from(content, at + MAIL)
    claim, _, account = whose[:length].decode(errors="ignore").partition("\t")
    if content[at] == OPEN:
        return Handed(run_id, account, Settled(client_id, claim, "uncertain"))
    length, answer = _ANSWER.unpack_from(content, at + ANSWER)
    words = answer[:length].decode(errors="ignore").split("\t", 4)
    status, code, enhanced, pause, reply = words
    settled = Settled(
        client_id,
        claim,
        STATUSES[STATUSES.index(status)],
        int(code) if code else None,
        enhanced or None,
        reply or None,
        timedelta(seconds=float(pause)) if pause else None,
    )
    return Handed(run_id, account, settled)
