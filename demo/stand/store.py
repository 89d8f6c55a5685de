"""The stand's memory on disk, so that a restarted demo goes on where it stopped."""

import asyncio
import json
from typing import Any

from demo.stand.chats import load_chat
from demo.stand.state import Stand

_FILE = "stand.json"
_PAUSE = 1.0


def load(stand: Stand) -> None:
    """Fill the stand from its folder, if there is one."""
    if stand.folder is None or not (stand.folder / _FILE).exists():
        return
    kept = json.loads((stand.folder / _FILE).read_text())
    chats = [load_chat(row) for row in kept["chats"]]
    stand.chats = {chat.id: chat for chat in chats}
    stand.files.load(kept["files"])
    stand.commands = kept["commands"]
    stand.updates.pending = kept["pending"]
    stand.updates.next_id = max(stand.updates.next_id, kept["next_update"])
    stand.next_message_id = max(stand.next_message_id, kept["next_message"])


def save(stand: Stand) -> None:
    """Write everything, or nothing if the machine stops in the middle."""
    if stand.folder is None:
        return
    stand.folder.mkdir(parents=True, exist_ok=True)
    fresh = stand.folder / f"{_FILE}.new"
    fresh.write_text(json.dumps(_dump(stand), ensure_ascii=False))
    fresh.replace(stand.folder / _FILE)


def _dump(stand: Stand) -> dict[str, Any]:
    return {
        "chats": [chat.dump() for chat in stand.chats.values()],
        "files": stand.files.dump(),
        "commands": stand.commands,
        "pending": stand.updates.pending,
        "next_update": stand.updates.next_id,
        "next_message": stand.next_message_id,
    }


async def keep(stand: Stand) -> None:
    """Save each second while something changes."""
    saved: object = None
    while True:
        await asyncio.sleep(_PAUSE)
        if (mark := _mark(stand)) != saved:
            saved = mark
            save(stand)


def _mark(stand: Stand) -> tuple[int, int, int]:
    events = sum(chat.events for chat in stand.chats.values())
    return events, stand.updates.next_id, len(stand.updates.pending)
