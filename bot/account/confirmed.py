"""Turns the screen that waits once the letter's link was opened in a browser."""

import asyncio
from datetime import timedelta
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from markupsafe import Markup

from bot.account.states import Proof
from bot.kit import Screen
from bot.kit.memory import Memory, turn_of
from bot.start import screens
from core import bot_name
from core.bootstrap import Deps
from core.db import clock
from core.i18n import translator
from core.mail.addresses import show_email
from core.mailings.figures import figures
from core.notices import listen
from core.tasks import finished_first
from core.users import profile, queries, service
from core.users.models import TelegramAccount, User

log = structlog.get_logger(__name__)

SWEEP = timedelta(seconds=5)


async def follow_confirmations(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """On PostgreSQL's notice, and every few seconds in case one was lost."""
    wake = asyncio.Event()
    channels = {service.CONFIRMED_CHANNEL: lambda _: wake.set()}
    async with asyncio.TaskGroup() as group:
        group.create_task(listen(deps.engine, channels, stop))
        while not stop.is_set():
            wake.clear()
            await _round(deps, bot)
            await finished_first(_woken(wake), stop)


async def _round(deps: Deps, bot: Bot) -> None:
    """One look; a service that is away is asked again at the next."""
    try:
        me = await bot.me()
        await bot_name.remember(deps.redis, me.username or "")
        async with deps.sessions() as tx:
            waiting = await queries.waiting(tx)
        for account in waiting:
            await turn(deps, bot, account)
    except Exception:
        log.exception("waiting screens could not be turned")


async def _woken(wake: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(SWEEP.total_seconds()):
            await wake.wait()
    except TimeoutError:
        pass


async def turn(deps: Deps, bot: Bot, account: TelegramAccount) -> None:
    """Show the first screen in place of the waiting one; amid something else, just say so."""
    assert account.user  # noqa: S101  the query joins it
    chat_id = account.telegram_id
    async with turn_of(chat_id):
        note, kept = _note(account, account.user), Memory(deps.redis, chat_id)
        try:
            state, known = await kept.read()
            if state == Proof.code.state:
                screen = await _home(deps, account, account.user, note)
                await _replace(bot, chat_id, kept, known, screen)
            else:
                await bot.send_message(chat_id, str(note))
        except TelegramForbiddenError:
            await _blocked(deps, chat_id)
        async with deps.sessions.begin() as tx:
            await service.wait_for(tx, chat_id, None)


async def _blocked(deps: Deps, chat_id: int) -> None:
    async with deps.sessions.begin() as tx:
        await profile.blocked(tx, chat_id, await clock(tx))


def _note(account: TelegramAccount, user: User) -> Markup:
    _ = translator(account.locale)
    return _("✓ {email} is confirmed.", email=show_email(user.email))


async def _home(deps: Deps, account: TelegramAccount, user: User, note: Markup) -> Screen:
    async with deps.sessions() as tx:
        found = await figures(tx, user, await clock(tx))
    return screens.home(translator(account.locale), user, found, note)


async def _replace(
    bot: Bot, chat_id: int, kept: Memory, known: dict[str, Any], screen: Screen
) -> None:
    known |= {"draft": {}, "screen": screen.packed()}
    await kept.write(None, known)
    try:
        await bot.edit_message_text(
            screen.html(),
            chat_id=chat_id,
            message_id=known.get("message_id"),
            reply_markup=screen.inline_keyboard(),
        )
    except TelegramBadRequest:
        sent = await bot.send_message(chat_id, screen.html(), reply_markup=screen.keyboard())
        await kept.keep(known | {"message_id": sent.message_id})
