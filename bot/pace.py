"""How much a bot says a second: what can wait leaves room for answers to people."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from aiogram.methods import TelegramMethod

MOST = 25  # a second, of the thirty or so that Telegram allows in all
LONGEST = 0.3  # seconds: where people never leave room, what can wait still goes, a few a second


class Pace:
    """Counts what is said in chats."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._said: deque[float] = deque(maxlen=MOST)

    def count(self, method: TelegramMethod[Any]) -> None:
        """Note a request, if Telegram counts it, too."""
        if method.__api_method__.startswith(("send", "edit")):
            self._said.append(self._clock())

    def wait(self) -> float:
        """Seconds until there is room for what can wait."""
        if len(self._said) < MOST:
            return 0.0
        return max(0.0, self._said[0] + 1 - self._clock())

    async def room(self) -> None:
        """Wait for it, but not for ever."""
        end = self._clock() + LONGEST
        while (wait := self.wait()) and (left := end - self._clock()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(wait, left))  # others speak meanwhile
