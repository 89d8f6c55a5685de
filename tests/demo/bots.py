"""Small aiogram bots for the stand to talk to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from demo.stand.serve import Running


def bot_of(running: Running, token: str | None = None) -> Bot:
    """A bot that takes the stand for Telegram."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(running.url))
    return Bot(token or running.stand.token, session=session)


@asynccontextmanager
async def polling(running: Running, dispatcher: Dispatcher) -> AsyncIterator[Bot]:
    """The dispatcher answers people for as long as the block lasts."""
    bot = bot_of(running)
    async with asyncio.TaskGroup() as group:
        loop = dispatcher.start_polling(
            bot, handle_signals=False, close_bot_session=False, polling_timeout=5
        )
        task = group.create_task(loop)
        try:
            yield bot
        finally:
            await dispatcher.stop_polling()
            await task
            await bot.session.close()
