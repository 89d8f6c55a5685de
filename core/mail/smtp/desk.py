"""What the connections of one send share: the envelopes that wait and where outcomes go."""

import asyncio
from collections import deque
from typing import Protocol

from core.mail.scale import Scale
from core.mail.transport import (
    AccountProblem,
    Envelope,
    MayWrite,
    Outcome,
    Result,
    Settle,
    Source,
)

_TRIES = 3


class Worker(Protocol):
    """Who can be woken when there is work."""

    def begin(self) -> None:
        """Take from the desk."""

    def rest(self) -> None:
        """Wait for more, or leave when there will be none."""

    def proceed(self) -> None:
        """Hand over what comes next."""

    def flush(self) -> None:
        """Write what it has to write."""


class Foreman(Protocol):
    """Who sees to it that envelopes come and are taken."""

    def starved(self) -> None:
        """Somebody asked for an envelope and there was none."""

    def work_waits(self) -> None:
        """An envelope waits and nobody may have noticed."""

    def broke(self, error: Exception) -> None:
        """The other side of the seam failed."""


class Desk:
    """Hands out envelopes; each leaves it settled, or comes back to be handed out again.

    Once `may_write` has said no, it is asked before a transaction is opened as well, so that a
    frozen mailing comes back without a connection for each envelope.

    What a turn of the event loop does is done kind by kind: all read, then it is said what was
    settled, then all hand over, then all write. So whoever looks from outside never sees a
    connection with two mails on it, and the first write wakes the server while the others find it
    awake, which spares the kernel half of their work.
    """

    def __init__(
        self, source: Source, settle: Settle, may_write: MayWrite, foreman: Foreman
    ) -> None:
        self.waiting: deque[Envelope] = deque()  # for connections to come, or come back
        self.idle: set[Worker] = set()
        self.finished = False
        self.stopped = False
        self.returned = False
        self.scale = Scale()
        self._source = source
        self._settle = settle
        self._may_write = may_write
        self._wary = False
        self._ready: list[Worker] = []
        self._writers: list[Worker] = []
        self._turn_ends = False
        self._outcomes: list[Outcome] = []
        self._foreman = foreman
        self._tries: dict[int, int] = {}

    def ready(self, worker: Worker) -> None:
        """Let it hand over when everybody has read."""
        self._ready.append(worker)
        self._end_turn_soon()

    def writes(self, worker: Worker) -> None:
        """Let it write when everybody has handed over."""
        self._writers.append(worker)
        self._end_turn_soon()

    def _end_turn_soon(self) -> None:
        if not self._turn_ends:
            self._turn_ends = True
            asyncio.get_running_loop().call_soon(self._end_turn)

    def _end_turn(self) -> None:
        self.say()
        ready, self._ready = self._ready, []
        for worker in ready:
            worker.proceed()
        writers, self._writers = self._writers, []
        for worker in writers:
            worker.flush()
        self._turn_ends = False
        if self._outcomes or self._ready:
            self._end_turn_soon()

    def take(self) -> Envelope | None:
        """The next envelope for a connection."""
        while not self.stopped:
            envelope = self.waiting.popleft() if self.waiting else self._pulled()
            if envelope is None or not self._wary or self.allows(envelope):
                return envelope
        return None

    def _pulled(self) -> Envelope | None:
        """One from the source; none while those on their way are heavy enough."""
        envelope = None
        if not self.scale.heavy:
            try:
                envelope = self._source.take()
            except Exception as error:
                self._foreman.broke(error)
        if envelope is None:
            self._foreman.starved()
        else:
            self.scale.put(envelope)
        return envelope

    def settle(self, outcome: Outcome) -> None:
        """Say at the end of this turn of the event loop what became of an envelope."""
        self._outcomes.append(outcome)
        self._end_turn_soon()

    def say(self) -> None:
        """Say now what is settled."""
        outcomes, self._outcomes = self._outcomes, []
        for outcome in outcomes:
            self.scale.take(outcome.id)
            try:
                self._settle(outcome)
            except Exception as error:
                self._foreman.broke(error)

    def allows(self, envelope: Envelope) -> bool:
        """Whether it may be written now; one that may not is settled."""
        self._wary = not self._asked(envelope)
        if self._wary:
            self.settle(Outcome(envelope.id, Result.RETURNED))
        return not self._wary

    def _asked(self, envelope: Envelope) -> bool:
        try:
            return self._may_write(envelope)
        except Exception as error:
            self._foreman.broke(error)
            return False

    def holds(self, number: int) -> bool:
        """Whether so many envelopes wait for connections that are worth opening."""
        taken: list[Envelope] = []
        while len(taken) < number and (envelope := self.take()):
            taken.append(envelope)
        self.waiting.extendleft(reversed(taken))
        return len(taken) == number

    @property
    def exhausted(self) -> bool:
        """Whether nothing waits and nothing will."""
        return self.stopped or (self.finished and not self.waiting)

    def put_back(self, envelope: Envelope, problem: AccountProblem) -> None:
        """For another connection: this one ended before it handed the envelope over."""
        tries = self._tries[envelope.id] = self._tries.get(envelope.id, 0) + 1
        if tries >= _TRIES or self.stopped:
            self.give_back(envelope, problem)
        else:
            self.waiting.appendleft(envelope)
            self._foreman.work_waits()

    def give_back(self, envelope: Envelope, problem: AccountProblem | None) -> None:
        """Settle as returned, because of trouble with the account."""
        self.returned = True
        code, text = (problem.code, problem.text) if problem else (None, "")
        self.settle(Outcome(envelope.id, Result.RETURNED, code, None, text))
