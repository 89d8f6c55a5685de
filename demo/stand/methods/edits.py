"""Changes of the bot's messages in place."""

import time
from typing import Any

from demo.stand.chats import Chat, Message
from demo.stand.errors import BadRequest
from demo.stand.keyboards import is_inline, read_markup
from demo.stand.methods.parts import caption_fields, media_fields, open_chat, text_fields
from demo.stand.methods.rich import rich_fields
from demo.stand.requests import Params
from demo.stand.state import Stand

_SAME = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_CONTENT = {"text", "entities", "caption", "caption_entities", "photo", "document"} | {
    "link_preview_options",
    "rich_message",
}


async def edit_text(stand: Stand, params: Params) -> Message:
    chat, message = _target(stand, params)
    rich = stand.takes_rich and params.data("rich_message")
    content = rich_fields(stand, params) if rich else text_fields(params, "MESSAGE_TOO_LONG")
    if not {"text", "rich_message"} & message.keys():
        raise BadRequest("there is no text in the message to edit")
    return _replace(stand, chat, message, content, params)


async def edit_caption(stand: Stand, params: Params) -> Message:
    chat, message = _target(stand, params)
    if not {"photo", "document"} & message.keys():
        raise BadRequest("there is no caption in the message to edit")
    media = {key: message[key] for key in ("photo", "document") if key in message}
    return _replace(stand, chat, message, media | caption_fields(params), params)


async def edit_markup(stand: Stand, params: Params) -> Message:
    chat, message = _target(stand, params)
    content = {key: message[key] for key in _CONTENT if key in message}
    return _replace(stand, chat, message, content, params)


async def edit_media(stand: Stand, params: Params) -> Message:
    chat, message = _target(stand, params)
    media = params.data("media") or {}
    kind = "photo" if media.get("type") == "photo" else "document"
    content = media_fields(stand, params, kind, media.get("media", ""))
    return _replace(stand, chat, message, content | caption_fields(Params(media)), params)


def _target(stand: Stand, params: Params) -> tuple[Chat, Message]:
    chat = open_chat(stand, params)
    if (message := chat.messages.get(params.number("message_id"))) is None:
        raise BadRequest("message to edit not found")
    if not message["from"]["is_bot"] or message["message_id"] in chat.fixed:
        raise BadRequest("message can't be edited")
    return chat, message


def _replace(
    stand: Stand, chat: Chat, message: Message, content: dict[str, Any], params: Params
) -> Message:
    markup = read_markup(params.data("reply_markup"))
    if not is_inline(markup):
        raise BadRequest("inline keyboard expected")
    fresh = {key: value for key, value in message.items() if key not in _CONTENT} | content
    fresh.pop("reply_markup", None)
    fresh |= {"reply_markup": markup} if markup else {}
    if fresh == message:
        raise BadRequest(_SAME)
    stand.limits.spend(chat.id)
    fresh["edit_date"] = int(time.time())
    chat.put(fresh, "edited")
    return fresh
