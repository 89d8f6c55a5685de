"""Newcomers who need a yes: every administrator is asked in the chat, the first answer counts."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery

from bot.admin import ask_screens as screens
from bot.admin.callbacks import Answer
from bot.kit import Chat
from bot.kit.companions import Teller, look_again, write
from core.administration import service
from core.bootstrap import Deps
from core.db import clock
from core.i18n import translator
from core.users import admission, notices
from core.users.models import AdmissionAsk, TelegramAccount, User

router = Router(name="admissions")

EVERY = 2.0  # seconds


@router.callback_query(Answer.filter(F.verb.in_({"approved", "refused"})))
async def answer(_event: CallbackQuery, callback_data: Answer, chat: Chat) -> None:
    """One administrator's word; for the others the question turns into the answer."""
    async with chat.begin() as (tx, now):
        user, first = await service.decide(tx, chat.user, callback_data.id, callback_data.verb, now)
    if not first:
        await chat.alert(chat._("Somebody has answered already."))
    await chat.show(screens.answered(chat._, user))


async def ask_administrators(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Ask, and turn questions that have their answer, until `stop`."""
    teller = Teller(deps, bot, "an answer")
    await look_again(deps, stop, EVERY, partial(_round, deps, bot, teller), "admissions")


async def _round(deps: Deps, bot: Bot, teller: Teller) -> None:
    async with deps.sessions() as tx:
        newcomers = await admission.unasked(tx)
        decided = await admission.decided(tx)
        chats = await admission.administrators(tx) if newcomers else ()
    for user in newcomers:
        await _ask(deps, bot, user, chats)
    for user in await teller.in_turn(decided, lambda user: user.id):
        await _tell(deps, teller, user)


async def _ask(deps: Deps, bot: Bot, user: User, chats: Sequence[TelegramAccount]) -> None:
    """Without an administrator's chat the question waits."""
    sent = {chat.telegram_id: await _send(deps, bot, chat, user) for chat in chats}
    reached = {chat_id: number for chat_id, number in sent.items() if number}
    if not reached:
        return
    async with deps.sessions.begin() as tx:
        for chat_id, number in reached.items():
            await admission.asked(tx, user.id, chat_id, number)
        await admission.asked_all(tx, user.id, await clock(tx))


async def _send(deps: Deps, bot: Bot, chat: TelegramAccount, user: User) -> int | None:
    screen = screens.question(translator(chat.locale), user)
    return await write(deps, bot, chat.telegram_id, screen, "a question")


async def _tell(deps: Deps, teller: Teller, user: User) -> None:
    """The newcomer hears the answer, and questions turn into it."""
    async with deps.sessions() as tx:
        questions = await admission.questions(tx, user.id)
        theirs = await notices.chats(tx, user.id)
        locales = {each.telegram_id: each.locale for each in await admission.administrators(tx)}
    for chat in theirs:
        screen = screens.verdict(translator(chat.locale), user)
        await teller.write(user.id, chat.telegram_id, screen, user.admission)
    for question in questions:
        turn = partial(_turn, teller.bot, question, user, locales.get(question.chat_id, "en"))
        await teller.tell(user.id, question.chat_id, turn, "question")
    async with deps.sessions.begin() as tx:
        await admission.told(tx, user.id, user.admission)
    teller.done(user.id)


async def _turn(bot: Bot, question: AdmissionAsk, user: User, locale: str) -> None:
    screen = screens.answered(translator(locale), user)
    with suppress(TelegramBadRequest):  # deleted, or the same already
        await bot.edit_message_text(
            screen.html(),
            chat_id=question.chat_id,
            message_id=question.message_id,
            reply_markup=screen.inline_keyboard(),
        )
