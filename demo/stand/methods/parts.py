"""What several methods need: the chat, the text, the file of a call."""

from typing import Any

from demo.stand.chats import Chat, Message
from demo.stand.entities import fields, read
from demo.stand.errors import BadRequest, Forbidden
from demo.stand.markup import Entity
from demo.stand.requests import Params, Upload
from demo.stand.state import Stand
from demo.stand.units import units

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024


def find_chat(stand: Stand, params: Params) -> Chat:
    """The chat by `chat_id`; one the bot has not met does not exist for it."""
    if not (given := params.text("chat_id")):
        raise BadRequest("chat_id is empty")
    chat = stand.chats.get(int(given)) if given.lstrip("-").isdecimal() else None
    if chat is None:
        raise BadRequest("chat not found")
    return chat


def open_chat(stand: Stand, params: Params) -> Chat:
    """The same, if the person lets the bot write."""
    chat = find_chat(stand, params)
    if chat.blocked:
        raise Forbidden("bot was blocked by the user")
    if not chat.started:
        raise Forbidden("bot can't initiate conversation with a user")
    return chat


def formatted(params: Params, key: str) -> tuple[str, list[Entity]]:
    """The text or caption of a call with its formatting; lengths are left to the caller."""
    given = params.data("entities" if key == "text" else f"{key}_entities")
    return read(params.text(key), params.text("parse_mode"), given)


def text_fields(params: Params, too_long: str = "message is too long") -> dict[str, Any]:
    """`text` and `entities` of a message."""
    text, entities = formatted(params, "text")
    if not text:
        raise BadRequest("message text is empty")
    if units(text) > LONGEST_TEXT:
        raise BadRequest(too_long)
    preview = params.data("link_preview_options")
    return fields("text", text, entities) | ({"link_preview_options": preview} if preview else {})


def caption_fields(params: Params) -> dict[str, Any]:
    """`caption` and `caption_entities` of a message, if there is a caption."""
    caption, entities = formatted(params, "caption")
    if units(caption) > LONGEST_CAPTION:
        raise BadRequest("message caption is too long")
    return fields("caption", caption, entities) if caption else {}


def media_fields(stand: Stand, params: Params, kind: str, given: str) -> dict[str, Any]:
    """The `photo` or `document` field from an upload or from a file the stand has."""
    upload = params.files.get(given.removeprefix("attach://") or kind)
    if upload is not None:
        return _uploaded(stand, kind, upload)
    if given.startswith(("http://", "https://")):
        raise BadRequest("failed to get HTTP URL content")
    if not given:
        raise BadRequest(f"there is no {kind} in the request")
    known = stand.files.get(given)
    return _uploaded(stand, kind, Upload(known.name, stand.files.content(known)))


def _uploaded(stand: Stand, kind: str, upload: Upload) -> dict[str, Any]:
    if kind == "photo":
        return {"photo": stand.files.photo(upload.content)}
    return {"document": stand.files.document(upload.name, upload.content)}


def reply_fields(chat: Chat, params: Params) -> Message:
    """`reply_to_message`, if the call answers one."""
    reply = params.data("reply_parameters") or {}
    number = reply.get("message_id") or params.number("reply_to_message_id")
    if not number:
        return {}
    if (original := chat.messages.get(number)) is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise BadRequest("message to be replied not found")
    return {"reply_to_message": _shallow(original)}


def _shallow(message: Message) -> Message:
    return {key: value for key, value in message.items() if key != "reply_to_message"}
