"""Telegram that is away for a while: what is worth trying again, and what it surely did not get."""

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiohttp import ClientConnectorError

PATIENCE = 10  # seconds that Telegram, which was away, may take to say that it is back
_AWAY = (TelegramNetworkError, TelegramServerError, TelegramRetryAfter)


def is_away(error: BaseException) -> bool:
    """Whether Telegram may take later what it did not take now: all but a file that is too big."""
    return isinstance(error, _AWAY) and not isinstance(error, TelegramEntityTooLarge)


def is_unsent(error: TelegramAPIError) -> bool:
    """Whether Telegram surely did not get it: it may be sent again without being sent twice."""
    refused = isinstance(error, TelegramServerError | TelegramRetryAfter)
    return refused or isinstance(error.__cause__, ClientConnectorError)


async def ask(bot: Bot) -> None:
    """Ask for nothing much; raises while Telegram is away."""
    await bot.get_me(request_timeout=PATIENCE)
