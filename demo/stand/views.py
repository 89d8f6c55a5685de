"""Messages in the shape the chat page draws."""

from typing import Any
from urllib.parse import quote

from demo.stand.chats import Chat, Event, Message
from demo.stand.methods.commands import commands_for
from demo.stand.seen import see
from demo.stand.state import Stand


def chat_view(stand: Stand, chat: Chat) -> dict[str, Any]:
    """The whole chat, for a page that has just been opened."""
    return {
        "type": "chat",
        "bot": stand.bot,
        "user": chat.user,
        "started": chat.started,
        "blocked": chat.blocked,
        "keyboard": chat.keyboard,
        "commands": commands_for(stand, chat.id, chat.user.get("language_code", "")),
        "messages": [message_view(message) for message in chat.messages.values()],
    }


def event_view(event: Event) -> Event:
    """An event with its message ready to be drawn."""
    if "message" not in event:
        return event
    return event | {"message": message_view(event["message"])}


def message_view(message: Message) -> dict[str, Any]:
    """One bubble."""
    seen = see(message)
    view: dict[str, Any] = {
        "id": seen.id,
        "out": not seen.by_bot,
        "date": message["date"],
        "edited": "edit_date" in message,
        "text": seen.text,
        "html": seen.html,
        "rich": "rich_message" in message,
        "album": message.get("media_group_id"),
        "keyboard": message.get("reply_markup", {}).get("inline_keyboard", []),
        "contact": message.get("contact"),
        "sticker": message.get("sticker", {}).get("emoji"),
    }
    return view | _media(message) | _reply(message)


def _media(message: Message) -> dict[str, Any]:
    media: dict[str, Any] = {}
    if photo := message.get("photo"):
        largest = photo[-1]
        size = {"width": largest["width"], "height": largest["height"]}
        media["photo"] = {"src": _address(largest["file_id"], "photo.jpg"), **size}
    if document := message.get("document"):
        name = document["file_name"]
        src = _address(document["file_id"], name)
        media["document"] = {"src": src, "name": name, "size": document["file_size"]}
    return media


def _reply(message: Message) -> dict[str, Any]:
    if not (original := message.get("reply_to_message")):
        return {}
    seen = see(original)
    return {"reply": {"id": seen.id, "out": not seen.by_bot, "text": seen.brief}}


def _address(file_id: str, name: str) -> str:
    return f"files/{file_id}/{quote(name, safe='')}"
