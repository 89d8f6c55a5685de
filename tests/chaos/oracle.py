"""What really happened, by the mail server: the log of mails taken, and what was on the wire."""

import os
from collections import Counter, defaultdict
from pathlib import Path

Mail = tuple[int, int]  # run and client


class Oracle:
    """`run client` lines of what was accepted, on disk before the answer; the rest is in memory.

    `begun` has the moments (monotonic) at which a mail's transaction was opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("ab", buffering=0)
        self.begun: defaultdict[Mail, list[float]] = defaultdict(list)

    def write(self, mails: list[Mail]) -> None:
        """Returns once they are on disk."""
        self._file.write(b"".join(b"%d %d\n" % mail for mail in mails))
        os.fsync(self._file.fileno())

    def read(self) -> Counter[Mail]:
        """How often each recipient of each run got a mail."""
        lines = (line.split() for line in self._path.read_text().splitlines())
        return Counter((int(run), int(client)) for run, client in lines)

    def begun_of(self, run: int) -> bool:
        """Whether anything of a run has been on the wire."""
        return any(mail[0] == run for mail in self.begun)
