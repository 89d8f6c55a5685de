"""A share that hangs on a few silent connections: its job goes on, they are waited for.

One silent connection would keep a whole run from going on for as long as a mail server may take.
A server that leaves more than a quarter of its connections silent is ill: it is given no more
letters, each of which would be one more in doubt.
"""

import asyncio
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.accounts.connections import Held
from core.delivery import service as delivery
from workers.worker import Worker

log = structlog.get_logger(__name__)

LOOK = 10.0  # seconds; a share of which two looks find the same rows stands still
FEW = 4  # one in so many connections


@dataclass
class Lingering:
    """A share that runs beside its job; `held` is known once it has its connections."""

    worker: Worker
    run_id: int
    held: Held | None = None
    claiming: bool = True

    def claimed_all(self) -> None:
        """What it has is all that it will send: connections that have nothing to do leave now."""
        self.claiming = False

    async def over(self, share: asyncio.Task[object]) -> bool:
        """Wait for it; False when nothing is left of it but a few rows that stand still."""
        before: delivery.Left | None = None
        while not share.done():
            await asyncio.wait((share,), timeout=LOOK)
            left = None if share.done() else await self._left()
            if left and left == before and self.held and left.claimed * FEW <= self.held.number:
                self.held.keep(max(1, left.claimed))
                log.info("a mail server does not answer", run=self.run_id, rows=left.claimed)
                return False
            before = left
        return True

    async def _left(self) -> delivery.Left | None:
        """None where it cannot be known: the share is waited for."""
        if (journal := self.worker.journal) is None or self.claiming:
            return None
        try:
            return await delivery.left(self.worker.sessions, self.run_id, journal)
        except (SQLAlchemyError, OSError) as error:
            log.warning("not known what is left", run=self.run_id, reason=type(error).__name__)
            return None
