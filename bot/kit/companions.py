"""What the bot's companions share: looking again and again, and writing to chats unasked."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from sqlalchemy.exc import SQLAlchemyError

from bot.kit.away import ask, is_away, is_unsent
from bot.kit.screen import Screen
from core.bootstrap import Deps
from core.db import clock
from core.users import profile

log = structlog.get_logger(__name__)

AWAY = (SQLAlchemyError, OSError, TelegramAPIError)
TRIES = 5  # to tell a chat what others are told meanwhile
TWICE = 2  # what may have arrived is sent once more at most

T = TypeVar("T")


async def look_again(
    deps: Deps, stop: asyncio.Event, every: float, look: Callable[[], Awaitable[None]], what: str
) -> None:
    """Look every so many seconds until `stop`; `what` waits while a service is away."""
    while not stop.is_set():
        try:
            await look()
        except AWAY as error:
            log.warning(f"{what} wait", reason=type(error).__name__)
        await deps.pause(every, stop)


@asynccontextmanager
async def reaching(deps: Deps, chat_id: int, what: str) -> AsyncIterator[None]:
    """What does not arrive is given up, and whoever has stopped the bot is remembered."""
    try:
        yield
    except TelegramAPIError as error:
        await given_up(deps, chat_id, what, error)


async def given_up(deps: Deps, chat_id: int, what: str, error: TelegramAPIError) -> None:
    """Note what did not arrive, and who has stopped the bot."""
    if isinstance(error, TelegramForbiddenError):
        async with deps.sessions.begin() as tx:
            await profile.blocked(tx, chat_id, await clock(tx))
    else:
        log.info(f"{what} did not arrive", chat=chat_id, reason=error.message)


async def write(deps: Deps, bot: Bot, chat_id: int, screen: Screen, what: str) -> int | None:
    """A message of its own; says its number, if it arrived."""
    async with reaching(deps, chat_id, what):
        return await send(bot, chat_id, screen)
    return None


async def send(bot: Bot, chat_id: int, screen: Screen) -> int:
    """A message of its own; says its number."""
    markup = screen.inline_keyboard()
    sent = await bot.send_message(chat_id, screen.html(), reply_markup=markup)
    return sent.message_id


@dataclass
class _Item:
    """Which chats were told of it, and how often the others could not be."""

    told: set[tuple[int, str]] = field(default_factory=set)
    tries: Counter[tuple[int, str]] = field(default_factory=Counter)


class Teller:
    """Tells chats what must not be lost: rows that are noted as told once every chat was.

    What Telegram may take later ends the round, so that the row stays; with the next one those come
    first that did not fail. Nothing is tried while Telegram is away, so it is one chat's trouble
    what fails time and again, and given up in the end.
    """

    def __init__(self, deps: Deps, bot: Bot, what: str) -> None:
        self.deps, self.bot = deps, bot
        self._what = what
        self._items: dict[int, _Item] = {}
        self._away = False

    async def in_turn(self, items: Iterable[T], number: Callable[[T], int]) -> list[T]:
        """What there is to tell, in the order to tell it in; raises while Telegram is away."""
        if self._away:
            await ask(self.bot)
            self._away = False
        return sorted(items, key=lambda item: self._failures(number(item)))

    async def write(self, item: int, chat_id: int, screen: Screen, part: str = "") -> None:
        """A message of its own, unless the chat has it."""
        await self.tell(item, chat_id, partial(send, self.bot, chat_id, screen), part)

    async def tell(
        self, item: int, chat_id: int, say: Callable[[], Awaitable[object]], part: str = ""
    ) -> None:
        """Whatever `say` sends, unless the chat has it; raises when it may be sent later."""
        known, whom = self._items.setdefault(item, _Item()), (chat_id, part)
        if whom in known.told:
            return
        try:
            await say()
        except TelegramAPIError as error:
            if self._comes_later(known.tries, whom, error):
                raise
            await given_up(self.deps, chat_id, self._what, error)
        known.told.add(whom)

    def done(self, item: int) -> None:
        """It was noted, or is to be told no more."""
        self._items.pop(item, None)

    def _failures(self, item: int) -> int:
        return self._items[item].tries.total() if item in self._items else 0

    def _comes_later(
        self, tries: Counter[tuple[int, str]], whom: tuple[int, str], error: TelegramAPIError
    ) -> bool:
        if not is_away(error):
            return False
        self._away = True
        tries[whom] += 1
        return tries[whom] < (TRIES if is_unsent(error) else TWICE)
