"""Files that came out in several parts."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from bot.kit.chat import Chat


async def send_parts(chat: Chat, name: str, parts: Sequence[Path], caption: Markup | str) -> None:
    """Parts under a name, numbered where there are several; the caption stands under the last."""
    for number, path in enumerate(parts, 1):
        of_it = name if len(parts) == 1 else f"{name}-{number}"
        content = await asyncio.to_thread(path.read_bytes)
        last = number == len(parts)
        await chat.send_document(f"{of_it}{path.suffix}", content, caption if last else None)
