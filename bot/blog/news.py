"""Chats that asked for it hear of a new article, each once."""

import asyncio
from functools import partial

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError

from bot.blog import screens
from bot.blog.drawings import Captioned
from bot.blog.photos import Photos
from bot.kit.away import is_unsent
from bot.kit.companions import look_again
from core.articles import news, queries
from core.articles.news import Telling
from core.bootstrap import Deps
from core.db import clock
from core.errors import NotFound
from core.i18n import translator
from core.users import profile

log = structlog.get_logger(__name__)

EVERY = 5.0  # seconds between looks
PACE = 0.05  # seconds between messages: Telegram takes thirty a second, conversations need some


async def tell_of_articles(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Tell until `stop`."""
    await look_again(deps, stop, EVERY, partial(tell_waiting, deps, bot, stop), "news of articles")


async def tell_waiting(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Everybody who is to be told at this moment, one after the other."""
    while not stop.is_set():
        async with deps.sessions.begin() as tx:
            tellings = await news.claim(tx, await clock(tx), limit=1)
        if not tellings:
            return
        await _tell(deps, bot, tellings[0])
        await asyncio.sleep(PACE)


async def _tell(deps: Deps, bot: Bot, telling: Telling) -> None:
    chat = telling.telegram_id
    async with deps.sessions() as tx:
        try:
            article = await queries.by_id(tx, telling.article_id)
        except NotFound:
            return  # taken back in the same moment
    screen = screens.notice(translator(telling.locale), article)
    try:
        shown = None
        if article.picture:
            shown = await Captioned(Photos(deps, article.picture.digest), screen).send(bot, chat)
        if shown is None:
            await bot.send_message(chat, screen.html(), reply_markup=screen.inline_keyboard())
    except TelegramForbiddenError:
        async with deps.sessions.begin() as tx:
            await profile.blocked(tx, chat, await clock(tx))
    except TelegramAPIError as error:
        if is_unsent(error):
            async with deps.sessions.begin() as tx:
                await news.release(tx, telling)
            raise
        log.info("news of an article did not arrive", chat=chat, reason=error.message)
