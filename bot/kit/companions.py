"""What the bot's companions share: looking again and again, and writing to chats unasked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from sqlalchemy.exc import SQLAlchemyError

from bot.kit.screen import Screen
from core.bootstrap import Deps
from core.db import clock
from core.users import profile

log = structlog.get_logger(__name__)

AWAY = (SQLAlchemyError, OSError, TelegramAPIError)


async def look_again(
    deps: Deps, stop: asyncio.Event, every: float, look: Callable[[], Awaitable[None]], what: str
) -> None:
    """Look every so many seconds until `stop`; `what` waits while a service is away."""
    while not stop.is_set():
        try:
            await look()
        except AWAY as error:
            log.warning(f"{what} wait", reason=type(error).__name__)
        await deps.pause(every, stop)


@asynccontextmanager
async def reaching(deps: Deps, chat_id: int, what: str) -> AsyncIterator[None]:
    """What does not arrive is given up, and whoever has stopped the bot is remembered."""
    try:
        yield
    except TelegramForbiddenError:
        async with deps.sessions.begin() as tx:
            await profile.blocked(tx, chat_id, await clock(tx))
    except TelegramAPIError as error:
        log.info(f"{what} did not arrive", chat=chat_id, reason=error.message)


async def write(deps: Deps, bot: Bot, chat_id: int, screen: Screen, what: str) -> int | None:
    """A message of its own; says its number, if it arrived."""
    async with reaching(deps, chat_id, what):
        markup = screen.inline_keyboard()
        sent = await bot.send_message(chat_id, screen.html(), reply_markup=markup)
        return sent.message_id
    return None
