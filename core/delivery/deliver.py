"""One worker's share of a run: claim, commit; SMTP; record, commit.

The one service that opens its own transactions: rows are durable as `sending` before their
bytes leave, and no transaction is open while the server is spoken to.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Protocol
from uuid import uuid4

import structlog

from core.accounts.rules import Account
from core.db import Sessions, Transaction, clock
from core.delivery import rules
from core.delivery.claims import Claim, Row
from core.delivery.journal import Journal
from core.delivery.limits import Allowance, LimitReached
from core.delivery.outcomes import Settled, Status
from core.delivery.recorder import Recorder, recording
from core.delivery.sql import steady
from core.delivery.stock import Stock
from core.mail.transport import Envelope, Outcome, Result, Source, Transport
from core.tasks import Background

log = structlog.get_logger(__name__)

PATIENCE = 2.0  # seconds that a share waits for its next grant before it ends
LOOK = 0.1

SENT = Result.SENT
STATUSES: dict[Result, Status] = {
    Result.SENT: "sent",
    Result.DEFERRED: "deferred",
    Result.FAILED: "failed",
    Result.UNCERTAIN: "uncertain",
    Result.RETURNED: "queued",
}


class Press(Protocol):
    """Makes mails of rows."""

    async def prepare(self, tx: Transaction, versions: set[int], now: datetime) -> None:
        """Load and compile the versions that are about to be sent."""

    def envelope(self, row: Row) -> Envelope:
        """The mail of one recipient."""


@dataclass
class Share(Source):
    """What a worker has of a run between a start and a stop.

    The next rows are claimed while half of the last are still to be handed over, so that the
    wire need not wait for the database.
    """

    sessions: Sessions
    run_id: int
    allowance: Allowance
    press: Press
    recorder: Recorder
    halted: Callable[[], bool]  # nothing more may be written
    until: float  # monotonic: no claim is made after it
    journal: Journal | None = None
    flying: dict[int, Row] = field(default_factory=dict)  # in the transport's hands
    settled: int = 0
    limited: datetime | None = None  # when the account may send again
    ended: bool = False
    _rate: float = 0.0
    _size: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._stock = Stock(self._built)

    async def claim_on(self) -> None:
        """Claim a few rows at a time, as fast as they are asked for."""
        try:
            while self._goes_on():
                began, settled = monotonic(), self.settled
                claim = await self._take(began)
                if claim.empty:
                    if not await self._granted_soon():
                        return
                    continue
                await self._room()
                seconds = max(monotonic() - began, 0.001)
                self._rate = (self._rate + (self.settled - settled) / seconds) / 2
        finally:
            self.end()

    def _goes_on(self) -> bool:
        over = self.ended or self.halted() or self.recorder.lost
        return not over and monotonic() < self.until

    async def _take(self, since: float) -> Claim:
        self._size = rules.claim_size(self._rate, self.journal is not None)
        name = self.journal.claim() if self.journal else uuid4().hex
        try:
            async with self.sessions.begin() as tx:
                now = await steady(tx)
                claim = await self.allowance.take(tx, self.run_id, self._size, now, name)
                await self.press.prepare(tx, {row.version_id for row in claim.rows}, now)
        except BaseException:
            self.recorder.disown(name)  # it may have been committed all the same
            raise
        if claim.rows:
            self.recorder.opened(name, len(claim.rows), since, now)
        elif self.journal:
            self.journal.ended(name)
        self._stock.put(claim.rows)
        self._changed.set()
        return claim

    async def _granted_soon(self) -> bool:
        """Wait for the next grant if it is near; else the account may be at its limit."""
        if self.allowance.next_at is None:
            return False
        async with self.sessions() as tx:
            pause = (self.allowance.next_at - await clock(tx)).total_seconds()
        if pause > PATIENCE:
            self.limited = self.allowance.next_at if self.allowance.exhausted else None
            return False
        over = monotonic() + pause
        for _ in range(int(PATIENCE / LOOK) + 1):
            if (left := over - monotonic()) > 0 and not self.halted():
                await asyncio.sleep(min(left, LOOK))
        return True

    async def _room(self) -> None:
        """Wait until half of the rows are handed over."""
        while len(self._stock) > self._size // 2 and not self.ended:
            self._changed.clear()
            await self._changed.wait()

    def end(self) -> None:
        """No further claims; whoever waits goes on. Where nothing may be written any more, what is
        left goes back at once: a mail without an answer must not keep it."""
        self.ended = True
        self._changed.set()
        if self.halted():
            self.give_back()

    def take(self) -> Envelope | None:
        """The next mail; they are built as the transport asks for them."""
        if self.halted():
            return None
        taken = self._stock.take()
        if len(self._stock) <= self._size // 2:
            self._changed.set()
        if taken is None:
            return None
        row, envelope = taken
        self.flying[row.client_id] = row
        return envelope

    async def more(self) -> bool:
        """Wait for the next claim; False when there will be none."""
        while not self._stock and not self.ended and not self.halted():
            self._changed.clear()
            await self._changed.wait()
        if self.halted():
            self.end()
        return bool(self._stock)

    def _built(self, row: Row) -> Envelope | None:
        """The mail; where none can be made of the values, that recipient has failed."""
        try:
            return self.press.envelope(row)
        except Exception as error:
            log.exception("a mail could not be built", run=self.run_id, client=row.client_id)
            self.recorder.add(Settled(row.client_id, row.claim, "failed", reply=repr(error)))
            return None

    def may_write(self, envelope: Envelope) -> bool:
        """Asked right before the bytes of each mail; what is allowed stands in the journal."""
        if self.halted() or monotonic() >= self.recorder.safe_until:
            return False
        if self.journal is None:
            return True
        row = self.flying[envelope.id]
        account = self.allowance.account.name
        return self.journal.hand_over(self.run_id, row.client_id, row.claim, account)

    def settle(self, outcome: Outcome) -> None:
        """Called by the transport once for each mail."""
        row = self.flying.pop(outcome.id)
        known = settled(row, outcome)
        if self.journal:
            self.journal.answered(self.run_id, known)
        self.recorder.add(known)
        self.settled += outcome.result is not Result.RETURNED

    def give_back(self) -> None:
        """What was claimed and never handed over."""
        for row in self._stock.left():
            self.recorder.add(Settled(row.client_id, row.claim, "queued"))


def settled(row: Row, outcome: Outcome) -> Settled:
    """What the ledger says of an outcome; too many temporary refusals are a failure."""
    if outcome.result is SENT:
        return Settled(
            row.client_id, row.claim, "sent", outcome.code, outcome.enhanced, outcome.text
        )
    pause = rules.retry_in(row.attempt) if outcome.result is Result.DEFERRED else None
    gave_up = outcome.result is Result.DEFERRED and pause is None
    status = "failed" if gave_up else STATUSES[outcome.result]
    words = outcome.code, outcome.enhanced, outcome.text or None
    return Settled(row.client_id, row.claim, status, *words, retry_in=pause)


async def deliver(
    sessions: Sessions,
    run_id: int,
    transport: Transport,
    account: Account,
    press: Press,
    halted: Callable[[], bool],
    seconds: float,
    journal: Journal | None = None,
    claimed_all: Callable[[], None] = lambda: None,
) -> int:
    """Send what is due of a run for some seconds; answers how many mails were settled.

    `claimed_all` is called when no further claims will be made.

    Raises AccountProblem or LimitReached when the account as a whole cannot send; everything is
    recorded then.
    """
    background = Background()
    async with recording(sessions, run_id, account, journal) as recorder:
        until = monotonic() + seconds
        share = Share(sessions, run_id, Allowance(account), press, recorder, halted, until, journal)
        claiming = background.start(share.claim_on(), f"claims of run {run_id}")
        claiming.add_done_callback(lambda _: claimed_all())
        try:
            await transport.send(share, share.settle, share.may_write)
        finally:
            share.end()
            await asyncio.wait((claiming,))
            share.give_back()
    await claiming
    if share.limited:
        raise LimitReached(account, share.limited, by_quota=share.allowance.by_quota)
    return share.settled
