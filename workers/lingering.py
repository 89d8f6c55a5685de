"""A share that hangs on a few letters without an answer: its job goes on, they are waited for.

One silent connection would keep a whole run from going on for as long as a mail server may take.
A server that leaves more than a quarter of its connections silent is ill: it is given no more
letters, each of which would be one more in doubt.
"""

import asyncio
from dataclasses import dataclass

import structlog

from core.accounts.connections import Held
from core.delivery import service as delivery
from workers.worker import Worker

log = structlog.get_logger(__name__)

LOOK = 10.0  # seconds; who has not been answered between two looks is silent
FEW = 4  # one in so many connections


@dataclass
class Lingering:
    """A share that runs beside its job; `held` is known once it has its connections."""

    worker: Worker
    run_id: int
    held: Held | None = None

    async def over(self, share: asyncio.Task[object]) -> bool:
        """Wait for it; False when nothing is left of it but a few letters without an answer."""
        before: frozenset[int] = frozenset()
        while not share.done():
            await asyncio.wait((share,), timeout=LOOK)
            if share.done():
                break
            silent = await self._silent()
            if silent and silent == before and self.held and len(silent) * FEW <= self.held.number:
                self.held.keep(len(silent))
                log.info("a mail server does not answer", run=self.run_id, letters=len(silent))
                return False
            before = silent
        return True

    async def _silent(self) -> frozenset[int]:
        if (journal := self.worker.journal) is None:
            return frozenset()
        return await delivery.on_the_wire(self.worker.sessions, self.run_id, journal)
