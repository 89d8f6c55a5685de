"""Telegram that is away for a while: what is worth trying again, and what it surely did not get."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import GetFile
from aiohttp import ClientConnectorError, ClientError, ClientResponseError

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


@contextmanager
def fetching(file_id: str) -> Iterator[None]:
    """A file that does not come is Telegram away; aiogram leaves its errors as they are."""
    try:
        yield
    except ClientResponseError as error:
        if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        raise TelegramServerError(GetFile(file_id=file_id), error.message) from error
    except (ClientError, TimeoutError) as error:
        raise TelegramNetworkError(GetFile(file_id=file_id), "the file broke off") from error
