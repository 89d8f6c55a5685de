"""Questions that come by themselves: a date was missed and its owner wants to be asked."""

import asyncio

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from sqlalchemy.exc import SQLAlchemyError

from bot.mailings import card_screens
from core.bootstrap import Deps
from core.db import clock
from core.i18n import translator
from core.mailings import missed, queries
from core.mailings.missed import Question

log = structlog.get_logger(__name__)

EVERY = 5.0  # seconds; a date that was missed is in no hurry


async def ask_about_missed(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Ask until `stop`. A question is noted after it was sent: twice is better than never."""
    while not stop.is_set():
        try:
            async with deps.sessions() as tx:
                questions = await missed.unasked(tx)
            for question in questions:
                await _ask(deps, bot, question)
        except (SQLAlchemyError, OSError) as error:
            log.warning("questions wait", reason=type(error).__name__)
        await deps.pause(EVERY, stop)


async def _ask(deps: Deps, bot: Bot, question: Question) -> None:
    async with deps.sessions() as tx:
        now = await clock(tx)
        view = await queries.followed_card(tx, question.mailing_id, now)
    if view is None or not view.missed_at(now):
        return
    screen = card_screens.missed(translator(question.locale), view, now)
    try:
        await bot.send_message(
            question.chat_id, screen.html(), reply_markup=screen.inline_keyboard()
        )
    except TelegramAPIError as error:
        log.info("a question did not arrive", chat=question.chat_id, reason=error.message)
    async with deps.sessions.begin() as tx:
        await missed.asked(tx, question.mailing_id)
