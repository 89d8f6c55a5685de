"""What a person can do in the chat; each becomes an update for the bot."""

import asyncio
import secrets
import time
from typing import Any

from demo.stand.chats import Answer, Chat, Message
from demo.stand.entities import detect, fields, trim
from demo.stand.files import is_picture
from demo.stand.markup import Entity
from demo.stand.methods.rich import check_limits
from demo.stand.state import Stand


def send(stand: Stand, chat: Chat, content: Message) -> Message:
    """Put a person's message into the chat; writing unblocks the bot, as in the apps."""
    if chat.blocked:
        set_blocked(stand, chat, False)
    chat.started = True
    message = stand.new_message(chat, chat.user, content)
    chat.put(message, "message")
    stand.updates.add("message", message)
    if chat.keyboard and (chat.keyboard.get("one_time_keyboard") or _forced(chat)):
        chat.set_keyboard(None)
    return message


def _forced(chat: Chat) -> bool:
    return bool(chat.keyboard and chat.keyboard.get("force_reply"))


def text_content(text: str, entities: list[Entity] | None = None) -> Message:
    """A typed text; commands and links in it are found by themselves."""
    clean, kept = trim(text, entities or [])
    return fields("text", clean, detect(clean, kept))


def file_content(stand: Stand, name: str, content: bytes, as_photo: bool | None) -> Message:
    """An upload: pictures become photos unless they are sent as files."""
    if is_picture(name) if as_photo is None else as_photo:
        return {"photo": stand.files.photo(content)}
    return {"document": stand.files.document(name, content)}


def contact_content(chat: Chat, phone: str, name: str | None = None) -> Message:
    """The person's own number, or a contact from the phone book when a name is given."""
    if name:
        first, _, last = name.partition(" ")
        names = {"first_name": first} | ({"last_name": last} if last else {})
        return {"contact": {"phone_number": phone, **names}}
    own = {"first_name": chat.user["first_name"], "user_id": chat.id}
    return {"contact": {"phone_number": phone, **own}}


def sticker_content(stand: Stand, emoji: str) -> Message:
    """A sticker, which bots that wait for text have to survive."""
    file = stand.files.add("sticker.webp", emoji.encode(), "stickers")
    shape = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
    return {"sticker": file.reference() | shape | {"type": "regular", "emoji": emoji}}


def voice_content(stand: Stand) -> Message:
    """A voice message."""
    file = stand.files.add("voice.ogg", b"OggS", "voice")
    return {"voice": file.reference() | {"duration": 1, "mime_type": "audio/ogg"}}


def location_content(latitude: float = 55.75, longitude: float = 37.62) -> Message:
    """A place on the map."""
    return {"location": {"latitude": latitude, "longitude": longitude}}


def rich_content(stand: Stand, blocks: list[dict[str, Any]], pictures: dict[str, bytes]) -> Message:
    """A rich message as the apps send it; a photo block names one of the pictures."""
    made = [_placed(stand, block, pictures) for block in blocks]
    check_limits(made)
    return {"rich_message": {"blocks": made}}


def _placed(stand: Stand, block: dict[str, Any], pictures: dict[str, bytes]) -> dict[str, Any]:
    """A block, or a list's item, with its pictures stored."""
    if block.get("type") == "photo":
        return block | {"photo": stand.files.photo(pictures[block["photo"]])}
    placed = dict(block)
    for name in ("blocks", "items"):
        if name in block:
            placed[name] = [_placed(stand, each, pictures) for each in block[name]]
    for item in placed.get("items", ()):
        item.setdefault("label", f"{item['value']}." if "value" in item else "•")
    return placed


def edit(stand: Stand, chat: Chat, number: int, text: str, entities: list[Entity] | None) -> None:
    """Change a message of the person's own."""
    old = chat.messages[number]
    message = {key: value for key, value in old.items() if key not in {"text", "entities"}}
    message |= text_content(text, entities) | {"edit_date": int(time.time())}
    chat.put(message, "edited")
    stand.updates.add("edited_message", message)


def press(stand: Stand, chat: Chat, number: int, data: str) -> tuple[str, asyncio.Future[Answer]]:
    """Press an inline button, on screen or long gone; the answer arrives in the future."""
    callback_id = str(secrets.randbelow(2**62))
    gone = {"chat": chat.brief(), "message_id": number, "date": 0}
    query = {"id": callback_id, "from": chat.user, "message": chat.messages.get(number, gone)}
    answer = asyncio.get_running_loop().create_future()
    chat.callbacks[callback_id] = answer
    query |= {"chat_instance": str(chat.id), "data": data}
    stand.updates.add("callback_query", query)
    return callback_id, answer


def set_blocked(stand: Stand, chat: Chat, blocked: bool) -> None:
    """Block the bot or let it write again."""
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    before, after = ("member", "kicked") if blocked else ("kicked", "member")
    stand.updates.add("my_chat_member", _change(stand, chat, before, after))
    chat.publish({"type": "blocked", "blocked": blocked})


def _change(stand: Stand, chat: Chat, before: str, after: str) -> dict[str, Any]:
    change = {"chat": chat.brief(), "from": chat.user, "date": int(time.time())}
    return (
        change
        | {"old_chat_member": _member(stand, before)}
        | {"new_chat_member": _member(stand, after)}
    )


def _member(stand: Stand, status: str) -> dict[str, Any]:
    return {"user": stand.bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})
