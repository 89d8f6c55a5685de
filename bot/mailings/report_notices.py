"""Owners are told by themselves how a sending went, once, where they have a chat."""

import asyncio
from datetime import datetime
from functools import partial

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup

from bot.kit import Screen
from bot.kit.companions import AWAY, Teller, look_again
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
    teller = Teller(deps, bot, "a report")
    await look_again(deps, stop, EVERY, partial(_tell_all, deps, teller), "reports")


async def _tell_all(deps: Deps, teller: Teller) -> None:
    async with deps.sessions() as tx:
        news = await untold(tx, await clock(tx))
    for each in await teller.in_turn(news, lambda each: each.run_id):
        await _tell(deps, teller, each)
        async with deps.sessions.begin() as tx:
            await told(tx, each.run_id, await clock(tx))
        teller.done(each.run_id)


async def _tell(deps: Deps, teller: Teller, news: Untold) -> None:
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
            await _send(teller, chat, found, times, reason, now)
        except AWAY:
            raise
        except Exception:  # a report that cannot be made must not end the others
            log.exception("a report could not be made", run=news.run_id)


async def _send(
    teller: Teller,
    chat: TelegramAccount,
    found: Report,
    times: Timeline | None,
    reason: str | None,
    now: datetime,
) -> None:
    _ = translator(chat.locale)
    if reason:
        screen = screens.not_started(_, found, reason, now)
        await teller.write(found.run_id, chat.telegram_id, screen)
        return
    drawn = await asyncio.to_thread(chart, _, found, times)
    screen = Screen(screens.summary(_, found, now), screens.notice(_, found))
    show = partial(_show, teller.bot, chat.telegram_id, drawn, screen)
    await teller.tell(found.run_id, chat.telegram_id, show)


async def _show(bot: Bot, chat_id: int, drawn: bytes, screen: Screen) -> None:
    """A picture with the words under it; without the picture where it is not taken."""
    picture = BufferedInputFile(drawn, "report.png")
    keyboard: InlineKeyboardMarkup | None = screen.inline_keyboard()
    try:
        await bot.send_photo(chat_id, picture, caption=screen.html(), reply_markup=keyboard)
    except TelegramBadRequest:
        await bot.send_message(chat_id, screen.html(), reply_markup=keyboard)
