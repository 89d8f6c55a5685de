"""What the connections of one send share: the envelopes that wait and where outcomes go."""

from collections import deque
from typing import Protocol

from core.mail.transport import AccountProblem, Envelope, MayWrite, Outcome, Result, Settle

_TRIES = 3


class Worker(Protocol):
    """Who can be woken when there is work."""

    def begin(self) -> None:
        """Take from the desk."""

    def rest(self) -> None:
        """Wait for more, or leave when there will be none."""


class Foreman(Protocol):
    """Who sees to it that envelopes come and are taken."""

    def running_low(self) -> None:
        """Few envelopes wait."""

    def work_waits(self) -> None:
        """An envelope waits and nobody may have noticed."""


class Desk:
    """Hands out envelopes; each leaves it settled, or comes back to be handed out again.

    Once `may_write` has said no, it is asked before a transaction is opened as well, so that a
    frozen mailing comes back without a connection for each envelope.
    """

    def __init__(self, settle: Settle, may_write: MayWrite, foreman: Foreman, low: int) -> None:
        self.settle = settle
        self.waiting: deque[Envelope] = deque()
        self.idle: set[Worker] = set()
        self.finished = False
        self.stopped = False
        self.returned = False
        self._may_write = may_write
        self._wary = False
        self._foreman = foreman
        self._low = low
        self._tries: dict[int, int] = {}

    def take(self) -> Envelope | None:
        """The next envelope for a connection."""
        while self.waiting and not self.stopped:
            if len(self.waiting) <= self._low:
                self._foreman.running_low()
            envelope = self.waiting.popleft()
            if not self._wary or self.allows(envelope):
                return envelope
        return None

    def allows(self, envelope: Envelope) -> bool:
        """Whether it may be written now; one that may not is settled."""
        self._wary = not self._may_write(envelope)
        if self._wary:
            self.settle(Outcome(envelope.id, Result.RETURNED))
        return not self._wary

    @property
    def work(self) -> bool:
        """Whether an envelope waits for a connection that is worth opening."""
        if envelope := self.take():
            self.waiting.appendleft(envelope)
        return envelope is not None

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
