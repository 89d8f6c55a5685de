"""Messages taken away, for both sides."""

import time

from demo.stand.chats import Chat
from demo.stand.errors import BadRequest
from demo.stand.methods.parts import find_chat
from demo.stand.requests import Params
from demo.stand.state import Stand

_TWO_DAYS = 48 * 3600


async def delete_message(stand: Stand, params: Params) -> bool:
    chat, number = find_chat(stand, params), params.number("message_id")
    if number not in chat.messages:
        raise BadRequest("message to delete not found")
    if not _deletable(chat, number):
        raise BadRequest("message can't be deleted for everyone")
    chat.remove(number)
    return True


async def delete_messages(stand: Stand, params: Params) -> bool:
    chat, numbers = find_chat(stand, params), params.data("message_ids") or []
    if not 1 <= len(numbers) <= 100:
        raise BadRequest("message identifiers are not specified")
    for number in numbers:
        if number in chat.messages and _deletable(chat, number):
            chat.remove(number)
    return True


def _deletable(chat: Chat, number: int) -> bool:
    return bool(time.time() - chat.messages[number]["date"] < _TWO_DAYS)
