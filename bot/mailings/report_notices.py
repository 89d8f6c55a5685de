"""Owners are told by themselves how a sending went, once, where they have a chat."""

import asyncio
from datetime import datetime
from functools import partial

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup
from sqlalchemy.exc import SQLAlchemyError

from bot.kit import Screen
from bot.kit.companions import look_again, reaching, write
from bot.mailings import report_screens as screens
from core.bootstrap import Deps
from core.db import clock
from core.delivery import report as reports
from core.delivery.chart import chart
from core.delivery.models import Run
from core.delivery.report import Report, Timeline
from core.delivery.told import Untold, told, untold
from core.i18n import translator
from core.users import notices
from core.users.models import TelegramAccount, User

log = structlog.get_logger(__name__)

EVERY = 3.0  # seconds


async def tell_of_runs(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Tell until `stop`. It is noted after it was sent: twice is better than never."""
    await look_again(deps, stop, EVERY, partial(_tell_all, deps, bot), "reports")


async def _tell_all(deps: Deps, bot: Bot) -> None:
    async with deps.sessions() as tx:
        news = await untold(tx, await clock(tx))
    for each in news:
        await _tell(deps, bot, each)
        async with deps.sessions.begin() as tx:
            await told(tx, each.run_id, await clock(tx))


async def _tell(deps: Deps, bot: Bot, news: Untold) -> None:
    async with deps.sessions() as tx:
        now = await clock(tx)
        wanted = news.awaited and news.kind not in await notices.muted(tx, news.owner_id)
        chats = await notices.chats(tx, news.owner_id) if wanted else []
        owner = await tx.get_one(User, news.owner_id)
        found, times = await reports.pictured(tx, owner, news.run_id) if chats else (None, None)
        reason = (await tx.get_one(Run, news.run_id)).skipped_because
    for chat in chats:
        assert found  # noqa: S101  read when there is a chat
        try:
            await _send(deps, bot, chat, found, times, reason, now)
        except (SQLAlchemyError, OSError):
            raise
        except Exception:  # a report that cannot be made must not end the others
            log.exception("a report could not be made", run=news.run_id)


async def _send(
    deps: Deps,
    bot: Bot,
    chat: TelegramAccount,
    found: Report,
    times: Timeline | None,
    reason: str | None,
    now: datetime,
) -> None:
    _ = translator(chat.locale)
    if reason:
        screen = screens.not_started(_, found, reason, now)
        await write(deps, bot, chat.telegram_id, screen, "a report")
        return
    drawn = await asyncio.to_thread(chart, _, found, times)
    screen = Screen(screens.summary(_, found, now), screens.notice(_, found))
    async with reaching(deps, chat.telegram_id, "a report"):
        await _show(bot, chat.telegram_id, drawn, screen)


async def _show(bot: Bot, chat_id: int, drawn: bytes, screen: Screen) -> None:
    """A picture with the words under it; without the picture where it is not taken."""
    picture = BufferedInputFile(drawn, "report.png")
    keyboard: InlineKeyboardMarkup | None = screen.inline_keyboard()
    try:
        await bot.send_photo(chat_id, picture, caption=screen.html(), reply_markup=keyboard)
    except TelegramBadRequest:
        await bot.send_message(chat_id, screen.html(), reply_markup=keyboard)
