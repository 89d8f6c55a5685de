"""How the bot speaks to Telegram."""

from functools import cache
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

from bot.pace import Pace


@cache
def _model(returning: Any) -> Any:
    # Pydantic keeps such a model only for as long as somebody holds it: without that, each answer
    # of Telegram would be read by one that is built anew, which takes longer than all the rest.
    return Response[returning]


class Session(AiohttpSession):
    """aiogram's session, with the models of Telegram's answers built once and its pace kept."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.pace = Pace()

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        """Ask Telegram for something."""
        self.pace.count(method)
        return await super().make_request(bot, method, timeout)

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """Read an answer."""
        _model(type(method).__returning__)
        return super().check_response(bot, method, status_code, content)
