"""Errors in the person's words: the only place of the bot that turns one into the other."""

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError
from markupsafe import Markup

from bot.kit import Chat
from bot.kit.away import is_away
from core.bootstrap import Deps
from core.db import clock
from core.errors import MailCenterError
from core.i18n import DEFAULT_LOCALE, N_, translator
from core.users import profile
from core.users.queries import speaker

log = structlog.get_logger(__name__)

BROKEN_OFF = N_(
    "Telegram was out of reach for a moment, and my answer may not have come through. /help says "
    "where we left off."
)
NOT_TAKEN = N_(
    "Telegram was out of reach for a while, and my last answer may not have come through, so I "
    "have not taken what you sent just now. /help says where we left off."
)


def words(chat: Chat, error: Exception) -> Markup:
    """What to say about an error; an unforeseen one is logged and called by no name."""
    if isinstance(error, MailCenterError):
        translated: Markup = chat._(error.text, **error.fields)
        return translated
    log.error("a handler failed", update_id=chat.update_id, exc_info=error)
    fallback: Markup = chat._(MailCenterError.text)
    return fallback


async def say(chat: Chat, error: Exception) -> None:
    """Tell the person: over the chat for a tap, above the question for a typed answer. Whoever
    Telegram does not reach is answered by the feed when it is back."""
    if is_away(error):
        raise error
    if isinstance(error, TelegramForbiddenError):
        async with chat.deps.sessions.begin() as tx:
            await profile.blocked(tx, chat.id, await clock(tx))
        return
    note = words(chat, error)
    if chat.tapped and not chat.answered:
        await chat.alert(note)
    else:
        await chat.refuse(note)


async def say_broken_off(deps: Deps, bot: Bot, chat_id: int, *, taken: bool) -> None:
    """Say that an answer may be missing. What is typed after that is not taken: it may be meant for
    a question that has been answered already, while the next one was never seen."""
    known = await speaker(deps.engine, chat_id)
    _ = translator(known[0].locale if known else DEFAULT_LOCALE)
    await bot.send_message(chat_id, str(_(BROKEN_OFF if taken else NOT_TAKEN)))
