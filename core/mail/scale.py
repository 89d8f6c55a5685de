"""Mails with large files: few at a time, so that they fit into memory."""

import asyncio

from core.mail.transport import Envelope

LARGE = 262_144  # octets, from which a mail's end is held until the rest has left, too
HELD = 32 * 2**20


class Scale:
    """What large mails weigh that were pulled and not settled yet."""

    def __init__(self) -> None:
        self.heavy = False  # no other may be pulled
        self._sizes: dict[int, int] = {}
        self._total = 0
        self._lighter = asyncio.Event()

    def put(self, envelope: Envelope) -> None:
        """Add one, before anybody can settle it."""
        if (size := len(envelope.content)) >= LARGE:
            self._sizes[envelope.id] = size
            self._weigh(size)

    def take(self, envelope_id: int) -> None:
        """It is settled."""
        if self._sizes and (size := self._sizes.pop(envelope_id, 0)):
            self._weigh(-size)

    def _weigh(self, size: int) -> None:
        self._total += size
        self.heavy = self._total > HELD
        if not self.heavy:
            self._lighter.set()

    async def room(self) -> None:
        """Wait until another may be pulled."""
        while self.heavy:
            self._lighter.clear()
            await self._lighter.wait()
