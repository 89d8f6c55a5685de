"""Questions that come by themselves: a date was missed and its owner wants to be asked."""

import asyncio
from functools import partial

from aiogram import Bot

from bot.kit.companions import Teller, look_again
from bot.mailings import card_screens
from core.bootstrap import Deps
from core.db import clock
from core.i18n import translator
from core.mailings import missed, queries
from core.mailings.missed import Question

EVERY = 5.0  # seconds; a date that was missed is in no hurry


async def ask_about_missed(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Ask until `stop`. A question is noted after it was sent: twice is better than never."""
    teller = Teller(deps, bot, "a question")
    await look_again(deps, stop, EVERY, partial(_ask_all, deps, teller), "questions")


async def _ask_all(deps: Deps, teller: Teller) -> None:
    async with deps.sessions() as tx:
        questions = await missed.unasked(tx)
    for question in await teller.in_turn(questions, lambda each: each.mailing_id):
        await _ask(deps, teller, question)
        teller.done(question.mailing_id)


async def _ask(deps: Deps, teller: Teller, question: Question) -> None:
    async with deps.sessions() as tx:
        now = await clock(tx)
        view = await queries.followed_card(tx, question.mailing_id, now)
    if view is None or not view.missed_at(now):
        return
    screen = card_screens.missed(translator(question.locale), view, now)
    await teller.write(question.mailing_id, question.chat_id, screen)
    async with deps.sessions.begin() as tx:
        await missed.asked(tx, question.mailing_id)
