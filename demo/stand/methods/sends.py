"""New messages from the bot."""

from typing import Any

from demo.stand.chats import Chat, Message
from demo.stand.errors import BadRequest, NotFound
from demo.stand.keyboards import is_inline, read_markup
from demo.stand.methods.parts import (
    caption_fields,
    media_fields,
    open_chat,
    reply_fields,
    text_fields,
)
from demo.stand.methods.rich import rich_fields
from demo.stand.requests import Params
from demo.stand.state import Stand

_COPIED = {"text", "entities", "caption", "caption_entities", "photo", "document", "contact"} | {
    "rich_message"
}
_ACTIONS = {"typing", "upload_photo", "upload_document", "find_location", "choose_sticker"}


async def send_message(stand: Stand, params: Params) -> Message:
    chat = open_chat(stand, params)
    return post(stand, chat, params, text_fields(params))


async def send_rich_message(stand: Stand, params: Params) -> Message:
    chat = open_chat(stand, params)
    if not stand.takes_rich:
        raise NotFound("method not found")
    return post(stand, chat, params, rich_fields(stand, params))


async def send_photo(stand: Stand, params: Params) -> Message:
    return _send_file(stand, params, "photo")


async def send_document(stand: Stand, params: Params) -> Message:
    return _send_file(stand, params, "document")


def _send_file(stand: Stand, params: Params, kind: str) -> Message:
    chat = open_chat(stand, params)
    caption = caption_fields(params)
    return post(stand, chat, params, media_fields(stand, params, kind, params.text(kind)) | caption)


async def copy_message(stand: Stand, params: Params) -> dict[str, int]:
    chat = open_chat(stand, params)
    source = stand.chats.get(params.number("from_chat_id"))
    original = source.messages.get(params.number("message_id")) if source else None
    if original is None:
        raise BadRequest("message to copy not found")
    content = {key: value for key, value in original.items() if key in _COPIED}
    return {"message_id": post(stand, chat, params, content)["message_id"]}


async def send_chat_action(stand: Stand, params: Params) -> bool:
    chat = open_chat(stand, params)
    if params.text("action") not in _ACTIONS:
        raise BadRequest("wrong parameter action in request")
    chat.publish({"type": "action", "action": params.text("action")})
    return True


def post(stand: Stand, chat: Chat, params: Params, content: dict[str, Any]) -> Message:
    """Put a message of the bot into the chat, within the limits."""
    markup = read_markup(params.data("reply_markup"))
    reply = reply_fields(chat, params)
    stand.limits.spend(chat.id)
    message = stand.new_message(chat, stand.bot, content | reply)
    if markup and is_inline(markup):
        message["reply_markup"] = markup
    chat.put(message, "message")
    if markup and not is_inline(markup):
        chat.fixed.add(message["message_id"])
        chat.set_keyboard(None if "remove_keyboard" in markup else markup)
    return message
