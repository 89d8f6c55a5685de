"""Questions that come by themselves: a date was missed and its owner wants to be asked."""

import asyncio
from functools import partial

from aiogram import Bot

from bot.kit.companions import look_again, write
from bot.mailings import card_screens
from core.bootstrap import Deps
from core.db import clock
from core.i18n import translator
from core.mailings import missed, queries
from core.mailings.missed import Question

EVERY = 5.0  # seconds; a date that was missed is in no hurry


async def ask_about_missed(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Ask until `stop`. A question is noted after it was sent: twice is better than never."""
    await look_again(deps, stop, EVERY, partial(_ask_all, deps, bot), "questions")


async def _ask_all(deps: Deps, bot: Bot) -> None:
    async with deps.sessions() as tx:
        questions = await missed.unasked(tx)
    for question in questions:
        await _ask(deps, bot, question)


async def _ask(deps: Deps, bot: Bot, question: Question) -> None:
    async with deps.sessions() as tx:
        now = await clock(tx)
        view = await queries.followed_card(tx, question.mailing_id, now)
    if view is None or not view.missed_at(now):
        return
    screen = card_screens.missed(translator(question.locale), view, now)
    await write(deps, bot, question.chat_id, screen, "a question")
    async with deps.sessions.begin() as tx:
        await missed.asked(tx, question.mailing_id)
