"""Claimed rows on their way to the wire, with the mails of the next few."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from core.delivery.claims import Row
from core.mail.transport import Envelope

AHEAD = 131_072  # octets, from which no further mail is built before it is asked for


class Stock:
    """Rows of claims, given out as mails.

    A few are built one after the other: a mail then takes two thirds of the time that it takes
    between two writes, where its code has to come back into the processor's caches first.
    """

    def __init__(self, build: Callable[[Row], Envelope | None]) -> None:
        self._build = build
        self._rows: deque[Row] = deque()
        self._built: deque[tuple[Row, Envelope]] = deque()

    def __len__(self) -> int:
        return len(self._rows) + len(self._built)

    def put(self, rows: Sequence[Row]) -> None:
        """Add what was claimed."""
        self._rows.extend(rows)

    def take(self) -> tuple[Row, Envelope] | None:
        """The next row with its mail, for good."""
        if not self._built:
            self._build_few()
        return self._built.popleft() if self._built else None

    def left(self) -> Iterator[Row]:
        """All rows that were not taken; there are none afterwards."""
        while self._built:
            yield self._built.popleft()[0]
        while self._rows:
            yield self._rows.popleft()

    def _build_few(self) -> None:
        octets = 0
        while self._rows and octets < AHEAD:
            row = self._rows.popleft()
            if envelope := self._build(row):
                self._built.append((row, envelope))
                octets += len(envelope.content)
