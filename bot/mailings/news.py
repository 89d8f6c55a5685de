"""Owners and administrators are told of what cannot wait until they look: in the chat, once."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from time import monotonic

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from sqlalchemy.exc import SQLAlchemyError

from bot.admin.alert_screens import alert
from bot.kit import Screen
from bot.mailings import approval_screens
from bot.mailings import news_screens as screens
from core import alerts
from core.bootstrap import Deps
from core.db import Transaction, clock
from core.i18n import Translator, translator
from core.mailings import queries, watch
from core.users import news, notices, profile
from core.users.models import User
from core.users.news import News

log = structlog.get_logger(__name__)

EVERY = 3.0  # seconds
LOOK = 30.0  # seconds between looks for what goes wrong
# How long such trouble may last before anybody is told: a wrong password does not mend itself.
PATIENCE: Mapping[str, float] = {"auth": 0.0, "unreachable": 120.0, "refused": 120.0}


async def tell_news(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Tell until `stop`. It is noted after it was sent: twice is better than never."""
    watching, looked = Watching(), 0.0
    while not stop.is_set():
        try:
            if monotonic() - looked > LOOK:
                looked = monotonic()
                await watching.look(deps)
            await _tell_all(deps, bot)
        except (SQLAlchemyError, OSError) as error:
            log.warning("news wait", reason=type(error).__name__)
        await deps.pause(EVERY, stop)


class Watching:
    """Remembers since when each run has been standing still."""

    def __init__(self) -> None:
        self._since: dict[tuple[int, str], float] = {}

    async def look(self, deps: Deps) -> None:
        """Write down what has gone wrong for too long."""
        async with deps.sessions.begin() as tx:
            now = await clock(tx)
            held = await watch.standing_still(tx)
            self._since = {key: self._since.get(key, monotonic()) for key in held}
            for run_id, reason in watch.overdue(self._since, monotonic(), PATIENCE):
                owner_id, mailing_id = held[run_id, reason]
                await watch.tell_of_standstill(tx, run_id, reason, owner_id, mailing_id, now)
            await watch.tell_of_bounces(tx, now)
            await alerts.look(tx, deps.settings.data_dir.resolve(), now)


async def _tell_all(deps: Deps, bot: Bot) -> None:
    async with deps.sessions() as tx:
        waiting = await news.untold(tx, await clock(tx))
    for each in waiting:
        try:
            await _tell(deps, bot, each)
        except (SQLAlchemyError, OSError):
            raise
        except Exception:  # one that cannot be drawn must not end the others
            log.exception("news could not be told", news=each.id, kind=each.kind)
        async with deps.sessions.begin() as tx:
            await news.told(tx, each.id, await clock(tx))


async def _tell(deps: Deps, bot: Bot, each: News) -> None:
    async with deps.sessions() as tx:
        now = await clock(tx)
        wanted = each.kind not in await notices.muted(tx, each.user_id)
        chats = await notices.chats(tx, each.user_id) if wanted else []
        drawn = [(chat, await draw(tx, each, translator(chat.locale), now)) for chat in chats]
    for chat, screen in drawn:
        if screen is not None:
            await _send(deps, bot, chat.telegram_id, screen)


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


async def _send(deps: Deps, bot: Bot, chat_id: int, screen: Screen) -> None:
    try:
        await bot.send_message(chat_id, screen.html(), reply_markup=screen.inline_keyboard())
    except TelegramForbiddenError:
        async with deps.sessions.begin() as tx:
            await profile.blocked(tx, chat_id, await clock(tx))
    except TelegramAPIError as error:
        log.info("news did not arrive", chat=chat_id, reason=error.message)
