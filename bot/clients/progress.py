"""How far a long file is: a bar that is drawn again every moment, not for every row."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.clients.file_screens import File, loading
from bot.kit import Chat
from core.tasks import Background

LONG = 3000  # rows from which on there is something to see
EVERY = 1.5  # seconds; Telegram allows about one edit a second and chat


@dataclass
class Progress:
    """How many rows of a file are in the list."""

    total: int
    done: int = 0

    @property
    def fraction(self) -> float:
        """Between 0 and 1."""
        return min(1.0, self.done / max(1, self.total))


@asynccontextmanager
async def watched(chat: Chat, file: File) -> AsyncIterator[Progress]:
    """The bar beside the block, if the file is long."""
    progress, background = Progress(file.total), Background()
    if file.total >= LONG:
        await chat.show_again(loading(chat._, file, 0))
        background.start(_redraw(chat, file, progress), "bar of an import")
    try:
        yield progress
    finally:
        await background.aclose()  # before the result, or the bar could be drawn over it


async def _redraw(chat: Chat, file: File, progress: Progress) -> None:
    while True:
        await asyncio.sleep(EVERY)
        await chat.show_again(loading(chat._, file, progress.fraction))
