"""The menu of commands, by scope and language."""

import json
import re

from demo.stand.errors import BadRequest
from demo.stand.requests import Params
from demo.stand.state import Stand

Commands = list[dict[str, str]]


async def set_commands(stand: Stand, params: Params) -> bool:
    commands = params.data("commands") or []
    if len(commands) > 100:
        raise BadRequest("too many commands specified")
    for command in commands:
        _check(command)
    stand.commands[_key(params)] = commands
    _show(stand)
    return True


async def get_commands(stand: Stand, params: Params) -> Commands:
    return stand.commands.get(_key(params), [])


async def delete_commands(stand: Stand, params: Params) -> bool:
    stand.commands.pop(_key(params), None)
    _show(stand)
    return True


def commands_for(stand: Stand, chat_id: int, language: str) -> Commands:
    """What a person sees: the narrowest scope wins, then the language."""
    wide: list[dict[str, object]] = [{"type": "all_private_chats"}, {"type": "default"}]
    for scope in [{"type": "chat", "chat_id": chat_id}, *wide]:
        for code in (language, ""):
            if found := stand.commands.get(_name(scope, code)):
                return found
    return []


def _check(command: dict[str, str]) -> None:
    if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command.get("command", "")):
        raise BadRequest("BOT_COMMAND_INVALID")
    if not 1 <= len(command.get("description", "").strip()) <= 256:
        raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")


def _key(params: Params) -> str:
    scope = params.data("scope") or {"type": "default"}
    return _name(scope, params.text("language_code"))


def _name(scope: dict[str, object], language: str) -> str:
    return json.dumps([scope["type"], str(scope.get("chat_id", "")), language])


def _show(stand: Stand) -> None:
    for chat in stand.chats.values():
        found = commands_for(stand, chat.id, chat.user.get("language_code", ""))
        chat.publish({"type": "commands", "commands": found})
