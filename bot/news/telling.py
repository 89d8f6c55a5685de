"""Owners and administrators are told in the chat, each once."""

import asyncio
from datetime import datetime
from functools import partial

import structlog
from aiogram import Bot

from bot.admin.alert_screens import alert
from bot.kit import Screen
from bot.kit.companions import AWAY, Teller, look_again
from bot.mailings import approval_screens
from bot.news import screens
from bot.news.watching import Watching
from core.bootstrap import Deps
from core.db import Transaction, clock
from core.i18n import Translator, translator
from core.mailings import queries
from core.users import news, notices
from core.users.models import User
from core.users.news import News

log = structlog.get_logger(__name__)

EVERY = 3.0  # seconds


async def tell_news(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Tell until `stop`. It is noted after it was sent: twice is better than never."""
    look = partial(_look_and_tell, deps, Teller(deps, bot, "news"), Watching())
    await look_again(deps, stop, EVERY, look, "news")


async def _look_and_tell(deps: Deps, teller: Teller, watching: Watching) -> None:
    await watching.look(deps)
    await _tell_all(deps, teller)


async def _tell_all(deps: Deps, teller: Teller) -> None:
    async with deps.sessions() as tx:
        waiting = await news.untold(tx, await clock(tx))
    for each in await teller.in_turn(waiting, lambda each: each.id):
        try:
            await _tell(deps, teller, each)
        except AWAY:
            raise
        except Exception:  # one that cannot be drawn must not end the others
            log.exception("news could not be told", news=each.id, kind=each.kind)
        async with deps.sessions.begin() as tx:
            await news.told(tx, each.id, await clock(tx))
        teller.done(each.id)


async def _tell(deps: Deps, teller: Teller, each: News) -> None:
    async with deps.sessions() as tx:
        now = await clock(tx)
        wanted = each.kind not in await notices.muted(tx, each.user_id)
        chats = await notices.chats(tx, each.user_id) if wanted else []
        drawn = [(chat, await draw(tx, each, translator(chat.locale), now)) for chat in chats]
    for chat, screen in drawn:
        if screen is not None:
            await teller.write(each.id, chat.telegram_id, screen)


async def draw(tx: Transaction, each: News, _: Translator, now: datetime) -> Screen | None:
    """In words; None for what is no news any more."""
    if each.kind == "alert":
        return alert(_, each.data)
    if each.kind == "digest":
        return screens.digest(_, each.data)
    view = await queries.followed_card(tx, int(each.data["mailing"]), now)
    if view is None:
        return None
    match each.kind:
        case "account":
            return screens.account(_, view, each.data)
        case "bounces":
            return screens.bounces(_, view, each.data)
        case "reply":
            return screens.reply(_, view, each.data)
        case "approved" | "declined":
            return approval_screens.told(_, view, each.kind == "approved", now)
        case "approval" if view.waiting:
            owner = await tx.get_one(User, view.owner_id)
            return approval_screens.question(_, view, owner, now)
    return None
