"""Telegram's updates as aiogram knows them, or as much of one as can be read.

Telegram gains fields and loses them between aiogram's versions. Whoever sends what this one cannot
read is answered like the sender of any other thing; nobody else waits for it.
"""

from typing import Any, ClassVar

import structlog
from aiogram import Bot
from aiogram.methods import GetUpdates
from aiogram.types import Update
from pydantic import ValidationError

log = structlog.get_logger(__name__)

_ENVELOPE = ("message_id", "date", "chat", "from")


class GetPayloads(GetUpdates):
    """Asks for updates and leaves them as Telegram wrote them: so they are kept, and read one by
    one."""

    __returning__: ClassVar[Any] = list[dict[str, Any]]


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


def is_empty(update: Update) -> bool:
    """Whether nothing of it could be read."""
    return update.model_fields_set == {"update_id"}


def _why(error: ValidationError) -> list[str]:
    return [".".join(map(str, each["loc"])) for each in error.errors()[:5]]
