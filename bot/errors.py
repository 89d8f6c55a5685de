"""Errors in the person's words: the only place of the bot that turns one into the other."""

import structlog
from aiogram.exceptions import TelegramForbiddenError
from markupsafe import Markup

from bot.kit import Chat
from core.db import clock
from core.errors import MailCenterError
from core.users import profile

log = structlog.get_logger(__name__)


def words(chat: Chat, error: Exception) -> Markup:
    """What to say about an error; an unforeseen one is logged and called by no name."""
    if isinstance(error, MailCenterError):
        translated: Markup = chat._(error.text, **error.fields)
        return translated
    log.error("a handler failed", update_id=chat.update_id, exc_info=error)
    fallback: Markup = chat._(MailCenterError.text)
    return fallback


async def say(chat: Chat, error: Exception) -> None:
    """Tell the person: over the chat for a tap, above the question for a typed answer."""
    if isinstance(error, TelegramForbiddenError):
        async with chat.deps.sessions.begin() as tx:
            await profile.blocked(tx, chat.id, await clock(tx))
        return
    note = words(chat, error)
    if chat.tapped and not chat.answered:
        await chat.alert(note)
    else:
        await chat.refuse(note)
