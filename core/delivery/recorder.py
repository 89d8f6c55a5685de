"""Outcomes on their way into the ledger: gathered for a moment, written together, never lost."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from time import monotonic

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.accounts.rules import Account
from core.db import Sessions, clock
from core.delivery import limits
from core.delivery.claims import LEASE, extend, give_back
from core.delivery.journal import Journal
from core.delivery.outcomes import Settled, settle
from core.delivery.sql import steady
from core.tasks import Background, finished_first

log = structlog.get_logger(__name__)

EVERY = 0.03  # seconds between two writes
EVERY_BESIDE_A_JOURNAL = 0.1  # what is not written yet stands there
EXTEND_EVERY = 10.0
SAFE = LEASE.total_seconds() - 5  # stop writing well before the lease runs out
AT_ONCE = 4000


class Recorder:
    """Takes outcomes as they come and writes them every few milliseconds."""

    def __init__(
        self, sessions: Sessions, run_id: int, account: Account, journal: Journal | None
    ) -> None:
        self._sessions = sessions
        self._run_id = run_id
        self._account = account
        self._journal = journal
        self._every = EVERY if journal is None else EVERY_BESIDE_A_JOURNAL
        self._waiting: deque[Settled] = deque()
        self._disowned: list[str] = []
        self._open: dict[str, int] = {}  # rows not settled yet, by claim
        self._granted_at: dict[str, datetime] = {}  # by claim
        self._extended_at = monotonic()
        self.safe_until = 0.0  # monotonic; past it the rows may have become uncertain
        self.lost = False  # some have, while this process stood still: the share is over

    def opened(self, claim: str, rows: int, since: float, granted_at: datetime) -> None:
        """Rows were claimed at monotonic `since`; their lease is extended from now on."""
        if not self._open:
            self._extended_at, self.safe_until = since, since + SAFE
        self._open[claim], self._granted_at[claim] = rows, granted_at

    def add(self, outcome: Settled) -> None:
        """Remember an outcome until the next write."""
        self._waiting.append(outcome)

    def disown(self, claim: str) -> None:
        """Nobody knows whether this claim was made; if it was, nothing of it is handed over."""
        self._disowned.append(claim)

    async def flush(self) -> None:
        """Write what is known by now. What could not be written stays for the next time."""
        if disowned := tuple(self._disowned):
            async with self._sessions.begin() as tx:
                await give_back(tx, self._run_id, disowned)
            del self._disowned[: len(disowned)]
            self._ended(disowned)
        batch = list(islice(self._waiting, AT_ONCE))
        if not batch:
            return
        async with self._sessions.begin() as tx:
            now = await steady(tx)
            returned = await settle(tx, self._run_id, self._account.name, batch, now)
            await limits.give_back(tx, self._account, returned, self._granted_at, now)
        self._written(batch)

    def _written(self, batch: Sequence[Settled]) -> None:
        for _ in batch:
            self._waiting.popleft()
        if self._journal:
            self._journal.recorded(self._run_id, batch)
        written = Counter([outcome.claim for outcome in batch])
        for claim, rows in written.items():
            self._open[claim] -= rows
        self._ended([claim for claim in written if not self._open[claim]])

    def _ended(self, claims: Iterable[str]) -> None:
        for claim in claims:
            self._open.pop(claim, None)
            self._granted_at.pop(claim, None)
            if self._journal:
                self._journal.ended(claim)

    async def _keep(self) -> None:
        """Hold on to rows that take longer than a moment, such as a slow server's."""
        now = monotonic()
        if not self._open or now - self._extended_at < EXTEND_EVERY:
            return
        async with self._sessions.begin() as tx:
            kept = await extend(tx, list(self._open), await clock(tx))
        self._extended_at, self.safe_until = now, now + SAFE if kept else 0.0
        self.lost |= not kept

    async def run(self, ended: asyncio.Event) -> None:
        """Write every few milliseconds until `ended` is set and nothing waits."""
        while self._waiting or self._disowned or not ended.is_set():
            try:
                await self.flush()
                await self._keep()
                behind = ended.is_set() or len(self._waiting) >= AT_ONCE
                pause = 0.0 if behind else self._every
            except (SQLAlchemyError, OSError):
                log.warning("outcomes wait for the database", run=self._run_id, exc_info=True)
                pause = 1.0
            await _rest(pause, ended)


async def _rest(seconds: float, ended: asyncio.Event) -> None:
    """Between two writes; who waits for the last one does not wait for the pause before it."""
    if ended.is_set():
        await asyncio.sleep(seconds)
    else:
        await finished_first(asyncio.sleep(seconds), ended)


@asynccontextmanager
async def recording(
    sessions: Sessions, run_id: int, account: Account, journal: Journal | None = None
) -> AsyncIterator[Recorder]:
    """A recorder that writes beside the block, and has written everything after it."""
    recorder = Recorder(sessions, run_id, account, journal)
    ended, background = asyncio.Event(), Background()
    writing = background.start(recorder.run(ended), f"recorder of run {run_id}")
    try:
        yield recorder
    finally:
        ended.set()
        await writing
