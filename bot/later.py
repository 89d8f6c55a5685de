"""Work that takes longer than a person waits with the next tap. It goes on beside the conversation
and changes nothing of it; what comes of it arrives when it is ready."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiogram.exceptions import TelegramAPIError

from bot.errors import words
from bot.kit import Chat
from core.outages import is_outage
from core.tasks import Background

SLOW = 0.7  # seconds until "typing…" is shown, and again every few while it lasts
TYPING = 4.0


class Later:
    """What is being done for whom, one thing at a time for each chat."""

    def __init__(self) -> None:
        self._background = Background()
        self._busy: dict[int, asyncio.Task[None]] = {}

    def start(self, chat: Chat, work: Callable[[], Awaitable[None]]) -> bool:
        """Begin; False when the chat waits for something already."""
        if chat.id in self._busy:
            return False
        self._busy[chat.id] = self._background.start(self._do(chat, work), f"work for {chat.id}")
        return True

    async def _do(self, chat: Chat, work: Callable[[], Awaitable[None]]) -> None:
        try:
            async with typing(chat):
                await work()
        except Exception as error:
            if is_outage(error) or isinstance(error, TelegramAPIError):
                raise  # nobody could be told
            await chat.bot.send_message(chat.id, str(words(chat, error)))
        finally:
            del self._busy[chat.id]

    async def finish(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def aclose(self) -> None:
        """Leave it."""
        await self._background.aclose()


@asynccontextmanager
async def typing(chat: Chat) -> AsyncIterator[None]:
    """While the block takes longer than a moment, the person sees that something is done."""
    background = Background()
    slow = asyncio.get_running_loop().call_later(
        SLOW, lambda: background.start(_type(chat), f"typing to {chat.id}")
    )
    try:
        yield
    finally:
        slow.cancel()  # most are answered by then, and have cost nothing
        await background.aclose()


async def _type(chat: Chat) -> None:
    while True:
        try:
            await chat.wait()
        except TelegramAPIError:
            return
        await asyncio.sleep(TYPING)
