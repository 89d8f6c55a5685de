"""Updates wait here until the bot confirms them."""

import asyncio
import time
from typing import Any

from demo.pulse import Pulse
from demo.stand.errors import Conflict

Update = dict[str, Any]

_TERMINATED = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


class Updates:
    """The queue of one bot; identifiers grow over restarts as well."""

    def __init__(self) -> None:
        self.next_id = int(time.time())
        self.pending: list[Update] = []
        self.allowed: list[str] = []
        self.added = Pulse()
        self._poller: asyncio.Future[None] | None = None

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Tell the bot, if it wants updates of this kind."""
        if self.allowed and kind not in self.allowed:
            return
        self.pending.append({"update_id": self.next_id, kind: content})
        self.next_id += 1
        self.added.beat()
        self.end_poll()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Update]:
        """Long polling; a newer poller ends the older one with a conflict, as in Telegram."""
        self.end_poll(Conflict(_TERMINATED))
        self.confirm(offset)
        if not self.pending and timeout > 0:
            self._poller = poller = asyncio.get_running_loop().create_future()
            await asyncio.wait([poller], timeout=timeout)
            if poller.done():
                poller.result()
            else:
                self._poller = None  # its time is over, nobody ended it
        return self.pending[:limit]

    def confirm(self, offset: int) -> None:
        """Forget what lies before `offset`; a negative one keeps that many of the last."""
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset:
            self.pending = [u for u in self.pending if u["update_id"] >= offset]

    def end_poll(self, error: Conflict | None = None) -> None:
        """Answer the poller that waits now."""
        poller, self._poller = self._poller, None
        if poller is None or poller.done():
            return
        if error:
            poller.set_exception(error)
        else:
            poller.set_result(None)
