"""The methods of the Bot API that the stand knows, by name; each is `method(stand, params)`."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from demo.stand.errors import ApiError, NotFound
from demo.stand.methods import albums, answers, commands, deletes, edits, info, sends, updates
from demo.stand.requests import Params
from demo.stand.state import Call, Stand

Method = Callable[[Stand, Params], Awaitable[Any]]

METHODS: dict[str, Method] = {
    "getme": info.get_me,
    "getchat": info.get_chat,
    "getfile": info.get_file,
    "getupdates": updates.get_updates,
    "setwebhook": updates.set_webhook,
    "deletewebhook": updates.delete_webhook,
    "getwebhookinfo": updates.get_webhook_info,
    "sendmessage": sends.send_message,
    "sendrichmessage": sends.send_rich_message,
    "sendphoto": sends.send_photo,
    "senddocument": sends.send_document,
    "sendmediagroup": albums.send_media_group,
    "sendchataction": sends.send_chat_action,
    "copymessage": sends.copy_message,
    "editmessagetext": edits.edit_text,
    "editmessagecaption": edits.edit_caption,
    "editmessagereplymarkup": edits.edit_markup,
    "editmessagemedia": edits.edit_media,
    "deletemessage": deletes.delete_message,
    "deletemessages": deletes.delete_messages,
    "answercallbackquery": answers.answer_callback,
    "setmycommands": commands.set_commands,
    "getmycommands": commands.get_commands,
    "deletemycommands": commands.delete_commands,
}


async def call(stand: Stand, name: str, params: Params) -> Any:
    """Carry out a method and write it into the log; a refusal is raised as ApiError."""
    try:
        if (method := METHODS.get(name.lower())) is None:
            raise NotFound("method not found")
        result = await method(stand, params)
    except ApiError as error:
        _note(stand, name, params, error.code, str(error))
        raise
    _note(stand, name, params, 200, "")
    return result


def _note(stand: Stand, name: str, params: Params, code: int, description: str) -> None:
    if code != 200 or name.lower() != "getupdates":
        stand.calls.append(Call(name, params.values, code, description, time.time()))
