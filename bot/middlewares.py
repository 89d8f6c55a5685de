"""Who speaks, in which language, and through what: done before any handler."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.types import CallbackQuery, Message, TelegramObject, Update
from aiogram.types import User as Sender
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from bot.errors import say
from bot.kit import Chat, home_button
from bot.kit.memory import Memory, turn_of
from bot.kit.screen import Screen
from bot.languages import locale_of
from bot.later import typing
from bot.start.commands import keep_menu
from bot.start.membership import leave
from core.bootstrap import Deps
from core.db import Transaction, clock
from core.errors import NotFound
from core.outages import is_outage
from core.users import devices
from core.users.models import TelegramAccount
from core.users.queries import speaker

DIGITS = 18  # of a number on a button; times the rows of a page it still is a bigint

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


ACCOUNT = select(TelegramAccount).options(joinedload(TelegramAccount.user))


class ChatMiddleware(BaseMiddleware):
    """Hands `chat` to handlers of messages and taps and turns their errors into words."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        assert isinstance(event, CallbackQuery | Message)  # noqa: S101  registered on these
        update: Update = data["event_update"]
        if not private(event):
            return await decline(event, data["bot"])
        assert event.from_user  # noqa: S101  the feed drops what comes from nobody
        async with turn_of(event.from_user.id):
            return await self._answer(handler, event, update.update_id, data)

    async def _answer(
        self,
        handler: Handler,
        event: CallbackQuery | Message,
        update_id: int,
        data: dict[str, Any],
    ) -> Any:
        chat, state = await open_chat(event, update_id, data)
        if data["applied"] or chat.repeated:
            return await resume(chat)
        if data["event_update"].edited_message and not chat.is_correction(state):
            return None  # what was said before is history
        chat.note_answer(state)
        try:
            check_numbers(event)
            async with typing(chat):
                return await handler(event, data | {"chat": chat, "raw_state": state})
        except Exception as error:
            if is_outage(error):
                raise  # the feed answers once more when the service is back
            await say(chat, error)
            return None
        finally:
            await chat.settle()
            await keep_menu(chat)


def check_numbers(event: CallbackQuery | Message) -> None:
    """No button of ours names a number that large; PostgreSQL would not take it either."""
    parts = (event.data or "").split(":") if isinstance(event, CallbackQuery) else []
    numbers = (part.removeprefix("-") for part in parts)
    if any(number.isdecimal() and len(number) > DIGITS for number in numbers):
        raise NotFound


def private(event: CallbackQuery | Message) -> bool:
    """Whether the person speaks to the bot alone; in groups everybody would read along."""
    message = event.message if isinstance(event, CallbackQuery) else event
    return message is not None and message.chat.type == "private"


async def decline(event: CallbackQuery | Message, bot: Bot) -> None:
    """In a group that the bot was put into while it was away: say so, and leave it alone."""
    message = event.message if isinstance(event, CallbackQuery) else event
    if message is not None:
        sender = event.from_user
        await leave(bot, message.chat.id, sender.language_code if sender else None)


async def open_chat(
    event: CallbackQuery | Message, update_id: int, data: dict[str, Any]
) -> tuple[Chat, str | None]:
    """The chat of an update, with the account behind it and the conversation's memory; and what
    the conversation waits for."""
    deps: Deps = data["deps"]
    bot: Bot = data["bot"]
    assert event.from_user  # noqa: S101  the feed drops what comes from nobody
    memory = Memory(deps.redis, event.from_user.id)
    state, known = await memory.read()
    account, now = await recognise(deps, event.from_user)
    return Chat(deps, bot, event, memory, known, account, update_id, now), state


async def recognise(deps: Deps, sender: Sender) -> tuple[TelegramAccount, datetime]:
    """The sender's account and the time, mostly by one statement."""
    known = await speaker(deps.engine, sender.id)
    if known and not devices.is_news(known[0], sender.full_name, known[1]):
        return known
    async with deps.statements.begin() as tx:
        return await noted(tx, sender, await clock(tx))


async def noted(tx: Transaction, sender: Sender, now: datetime) -> tuple[TelegramAccount, datetime]:
    """The sender's account, made on first sight, with what is new about them."""
    locale = locale_of(sender.language_code)
    new = insert(TelegramAccount).values(telegram_id=sender.id, locale=locale, created_at=now)
    await tx.execute(new.on_conflict_do_nothing())
    account = (await tx.scalars(ACCOUNT.where(TelegramAccount.telegram_id == sender.id))).one()
    devices.see(account, sender.full_name, now)
    return account, now


async def resume(chat: Chat) -> None:
    """The effect is there, the answer is not: the process ended, or Telegram was away."""
    screen = chat.shown or Screen(chat._("Everything you did is kept."))
    if not chat.repeated:
        note = chat._("Something came in between just now; everything you did is kept.")
        screen = Screen(note, [[home_button(chat._)]])
    await chat.show_again(screen)
    await chat.settle()
