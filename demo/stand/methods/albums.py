"""Several photos or documents as one album."""

import secrets
from typing import Any

from demo.stand.chats import Message
from demo.stand.errors import BadRequest
from demo.stand.methods.parts import caption_fields, media_fields, open_chat, reply_fields
from demo.stand.requests import Params
from demo.stand.state import Stand


async def send_media_group(stand: Stand, params: Params) -> list[Message]:
    chat = open_chat(stand, params)
    items = params.data("media") or []
    if not 2 <= len(items) <= 10:
        raise BadRequest("media group must include 2-10 items")
    contents = [_content(stand, params, item) for item in items]
    reply = reply_fields(chat, params) | {"media_group_id": str(secrets.randbelow(2**62))}
    stand.limits.spend(chat.id, len(items))
    messages = [stand.new_message(chat, stand.bot, content | reply) for content in contents]
    for message in messages:
        chat.put(message, "message")
    return messages


def _content(stand: Stand, params: Params, item: dict[str, Any]) -> dict[str, Any]:
    if (kind := item.get("type")) not in {"photo", "document"}:
        raise BadRequest("wrong type of the media; the stand knows photo and document")
    media = media_fields(stand, params, kind, item.get("media", ""))
    return media | caption_fields(Params(item))
