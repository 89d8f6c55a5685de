"""Telegram's updates as aiogram knows them, or as much of one as can be read.

Telegram gains fields and loses them between aiogram's versions. Whoever sends what this one cannot
read is answered like the sender of any other thing; nobody else waits for it.
"""

from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError
from aiogram.types import Update
from pydantic import ValidationError

log = structlog.get_logger(__name__)

_ENVELOPE = ("message_id", "date", "chat", "from")


def read(payload: dict[str, Any], bot: Bot) -> Update:
    """The update; of a message that cannot be read, who sent it where; of others nothing."""
    try:
        return Update.model_validate(payload, context={"bot": bot})
    except ValidationError as error:
        log.warning("an update cannot be read", update_id=payload["update_id"], why=_why(error))
    envelope = {"update_id": payload["update_id"]}
    if isinstance(message := payload.get("message"), dict):
        kept = {name: message[name] for name in _ENVELOPE if name in message}
        try:
            return Update.model_validate(envelope | {"message": kept}, context={"bot": bot})
        except ValidationError:
            pass
    return Update.model_validate(envelope)


def read_all(error: ClientDecodeError, bot: Bot) -> list[Update]:
    """Each of the updates of an answer that could not be read as a whole."""
    found = error.data.get("result") if isinstance(error.data, dict) else None
    if not isinstance(found, list):
        raise error
    return [read(payload, bot) for payload in found]


def is_empty(update: Update) -> bool:
    """Whether nothing of it could be read."""
    return update.model_fields_set == {"update_id"}


def _why(error: ValidationError) -> list[str]:
    return [".".join(map(str, each["loc"])) for each in error.errors()[:5]]
