"""The bot as a whole: its dispatcher, the order of its routers, its run from start to drain."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError
from aiogram.types import LinkPreviewOptions

from bot import (
    account,
    admin,
    blog,
    clients,
    fallback,
    mailings,
    messages,
    news,
    shortcuts,
    start,
    strange_commands,
    webhook,
)
from bot.feed import SIDE_BY_SIDE, Feed
from bot.kit.away import is_away
from bot.kit.memory import forget_all
from bot.later import Later
from bot.middlewares import ChatMiddleware
from bot.patience import Patience
from bot.polling import poll
from bot.routes import connect
from bot.session import Session
from core.alone import alone
from core.bootstrap import Deps
from core.bot_name import LOCK
from core.db import clock
from core.errors import Forbidden
from core.outages import is_outage
from core.settings import Settings
from core.tasks import Background, finished_first
from core.updates import service as updates

log = structlog.get_logger(__name__)

Companion = Callable[[Deps, Bot, asyncio.Event], Coroutine[Any, Any, None]]

# In the order in which they are asked.
SUBJECTS = (
    start,
    shortcuts,
    admin,
    blog,
    account,
    strange_commands,
    messages,
    clients,
    mailings,
    fallback,
)

# Loops that run beside the conversations and turn screens by themselves.
COMPANIONS: tuple[Companion, ...] = (
    account.follow_confirmations,
    account.send_exports,
    clients.follow_files,
    admin.ask_administrators,
    mailings.follow_cards,
    mailings.tell_of_runs,
    news.tell_news,
    blog.tell_of_articles,
)
BESIDE = 32  # connections to Telegram besides those of the people who are answered
PAUSE = 2.0  # seconds until a service that was away is tried again

REFUSED = "Telegram refuses BOT_TOKEN: ask @BotFather for the present one"


def make_bot(settings: Settings, haste: float = 1.0) -> Bot:
    """A bot on Telegram or on whatever TELEGRAM_API_URL names."""
    assert settings.bot_token  # noqa: S101  main.py asks for it first
    telegram = TelegramAPIServer.from_base(settings.telegram_api_url)
    session = Session(api=telegram, limit=SIDE_BY_SIDE + BESIDE)
    session.middleware(Patience(haste))
    properties = DefaultBotProperties(
        parse_mode="HTML", link_preview=LinkPreviewOptions(is_disabled=True)
    )
    return Bot(settings.bot_token.get_secret_value(), session=session, default=properties)


def make_dispatcher(deps: Deps) -> Dispatcher:
    """Routers in the order in which they are asked; each feed's update comes with `applied`."""
    dispatcher = Dispatcher(disable_fsm=True, deps=deps, later=Later())
    dispatcher.message.outer_middleware(ChatMiddleware())
    dispatcher.edited_message.outer_middleware(ChatMiddleware())
    dispatcher.callback_query.outer_middleware(ChatMiddleware())
    connect(dispatcher, [subject.router for subject in SUBJECTS])
    return dispatcher


async def run_bot(deps: Deps, stop: asyncio.Event) -> None:
    """Answer until `stop`, then finish what was taken in; whatever is away is waited for."""
    tries: Counter[int] = Counter()
    async with make_bot(deps.settings, deps.haste) as bot:
        while not stop.is_set():
            try:
                async with alone(deps.engine, LOCK, stop):
                    await answer(deps, bot, tries, stop)
            except Exception as error:
                if not away(error):
                    raise
                log.warning("a service is away, going on soon", reason=names(error))
                await finished_first(asyncio.sleep(PAUSE), stop)


async def answer(deps: Deps, bot: Bot, tries: Counter[int], stop: asyncio.Event) -> None:
    """From taking over what was left to draining what was taken in."""
    forget_all()
    dispatcher = make_dispatcher(deps)
    allowed = dispatcher.resolve_used_update_types()
    feed, later = Feed(deps, bot, dispatcher, tries), dispatcher["later"]
    companions = Background()
    try:
        if not await reached(bot, stop):
            return
        await prepare(deps, bot, feed)
        beside = [
            companions.start(kept_up(companion, deps, bot, stop), companion.__name__)
            for companion in COMPANIONS
        ]
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(feed.outage())
            await take_updates(deps, bot, feed, allowed, stop)
            await feed.drain()
            await later.finish()
            watch.cancel()
        await asyncio.wait(beside)
    finally:
        await companions.aclose()
        await feed.aclose()
        await later.aclose()


async def reached(bot: Bot, stop: asyncio.Event) -> bool:
    """Wait for Telegram; False when `stop` came first. A refused token is said in words."""
    told = False
    while not stop.is_set():
        try:
            await bot.me()
            return True
        except TelegramUnauthorizedError as error:
            raise Forbidden(REFUSED) from error
        except TelegramAPIError as error:
            if not told:
                log.warning("Telegram cannot be reached, trying on", reason=error.message)
            told = True
        await finished_first(asyncio.sleep(PAUSE), stop)
    return False


async def kept_up(companion: Companion, deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Run a companion; one that fails is told of and started again, the others never notice."""
    while not stop.is_set():
        try:
            await companion(deps, bot, stop)
        except Exception as error:
            log.warning("a companion failed, starting it again", exc_info=error)
            await finished_first(asyncio.sleep(PAUSE), stop)


def away(error: BaseException) -> bool:
    """Whether a service is away: PostgreSQL, Redis or Telegram."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(away, error.exceptions))
    return is_away(error) or is_outage(error)


def names(error: BaseException) -> str:
    """The kinds of errors, without their texts: an address may hold a password."""
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(sorted({names(each) for each in error.exceptions}))
    return type(error).__name__


async def prepare(deps: Deps, bot: Bot, feed: Feed) -> None:
    """Commands in both languages, old updates gone, those of a dead process taken over."""
    await start.announce_commands(bot)
    async with deps.sessions.begin() as tx:
        await updates.forget_old(tx, await clock(tx))
    await feed.take_over()


async def take_updates(
    deps: Deps, bot: Bot, feed: Feed, allowed: list[str], stop: asyncio.Event
) -> None:
    """By webhook when a secret is set and the site is reachable over HTTPS, else by polling."""
    if deps.settings.webhook:
        await webhook.announce(bot, deps.settings, allowed)
        await webhook.follow(deps, feed, stop)
    else:
        await bot.delete_webhook()
        await poll(bot, feed, allowed, stop)
