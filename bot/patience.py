"""How the bot insists: what Telegram did not take for the moment is asked of it again.

What may stand in a chat already is not sent again; whether there is such a thing is remembered for
the update that is being answered.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter
from aiogram.methods import GetUpdates, Response, TelegramMethod

from bot.kit.away import is_away, is_unsent

PAUSES = (0.3, 0.6, 1.2, 2.0)  # seconds before a request is made again
# Asked twice, these do what they do once.
HARMLESS = ("edit", "delete", "answerCallbackQuery", "setMyCommands", "getFile")


class Said:
    """Whether a message was sent, or may have been."""

    def __init__(self) -> None:
        self.anything = False


_said: ContextVar[Said | None] = ContextVar("said", default=None)


@contextmanager
def listening() -> Iterator[Said]:
    """Tells of the messages that the block sends."""
    said = Said()
    token = _said.set(said)
    try:
        yield said
    finally:
        _said.reset(token)


class Patience(BaseRequestMiddleware):
    """Waits as long as Telegram asks for, or a moment, then repeats the request."""

    def __init__(self, haste: float = 1.0) -> None:
        self._haste = haste

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[Any],
        bot: Bot,
        method: TelegramMethod[Any],
    ) -> Response[Any]:
        try:
            answer: Response[Any] = await self._insist(make_request, bot, method)
        except TelegramAPIError as error:
            if is_away(error) and not is_unsent(error):
                _note(method)
            raise
        _note(method)
        return answer

    async def _insist(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Any:
        tries = 0
        while True:
            tries += 1
            try:
                return await make_request(bot, method)
            except TelegramAPIError as error:
                if tries > 1 and "message is not modified" in error.message:
                    return True  # the edit before had arrived
                if (pause := self._pause(method, error, tries)) is None:
                    raise
            await asyncio.sleep(pause)

    def _pause(
        self, method: TelegramMethod[Any], error: TelegramAPIError, tries: int
    ) -> float | None:
        if tries > len(PAUSES) or isinstance(method, GetUpdates):
            return None
        if isinstance(error, TelegramRetryAfter):
            return error.retry_after
        return PAUSES[tries - 1] / self._haste if may_be_repeated(method, error) else None


def may_be_repeated(method: TelegramMethod[Any], error: TelegramAPIError) -> bool:
    """Whether a request may be made again at once: it does no harm, and nobody waits for long."""
    if not is_away(error) or isinstance(error.__cause__, TimeoutError):
        return False
    harmless = method.__api_method__.startswith(HARMLESS)
    return harmless or (_is_message(method) and is_unsent(error))


def _is_message(method: TelegramMethod[Any]) -> bool:
    name = method.__api_method__
    return name.startswith(("send", "copy", "forward")) and name != "sendChatAction"


def _note(method: TelegramMethod[Any]) -> None:
    said = _said.get()
    if said is not None and _is_message(method):
        said.anything = True
