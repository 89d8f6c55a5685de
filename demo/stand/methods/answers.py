"""The answer to a pressed button."""

from demo.stand.chats import Answer
from demo.stand.errors import BadRequest
from demo.stand.requests import Params
from demo.stand.state import Stand
from demo.stand.units import units

_GONE = "query is too old and response timeout expired or query ID is invalid"
LONGEST_ANSWER = 200


async def answer_callback(stand: Stand, params: Params) -> bool:
    number = params.text("callback_query_id")
    chat = next((chat for chat in stand.chats.values() if number in chat.callbacks), None)
    if chat is None:
        raise BadRequest(_GONE)
    if units(params.text("text")) > LONGEST_ANSWER:
        raise BadRequest("MESSAGE_TOO_LONG")
    answer = Answer(params.text("text"), params.flag("show_alert"), params.text("url"))
    waiting = chat.callbacks.pop(number)
    if not waiting.done():
        waiting.set_result(answer)
    shown = {"text": answer.text, "show_alert": answer.show_alert, "url": answer.url}
    chat.publish({"type": "answer", "callback_id": number, **shown})
    return True
