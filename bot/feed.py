"""Updates on their way from Telegram to the handlers, without loss and without repetition.

An update is written down before Telegram is told that it arrived; a person's updates are worked
in order, those of many people side by side. When PostgreSQL or Redis goes away, the feed ends with
that error; the next one takes over what was left, as after a restart.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

import structlog
from aiogram import Bot, Dispatcher

from bot.incoming import is_empty, read
from core.bootstrap import Deps
from core.db import Json
from core.outages import is_outage
from core.tasks import Background
from core.updates import service
from core.updates.models import TelegramUpdate

log = structlog.get_logger(__name__)

TRIES = 5  # of an update whose answer ends like an outage; then others come first
MOMENT = 0.02  # seconds for which answered updates are collected
SIDE_BY_SIDE = 128  # people answered at once: most of the time Telegram is waited for


class Feed:
    """Takes updates in, hands them to the dispatcher, remembers what is done."""

    def __init__(
        self, deps: Deps, bot: Bot, dispatcher: Dispatcher, tries: Counter[int] | None = None
    ) -> None:
        self._deps = deps
        self._bot = bot
        self._dispatcher = dispatcher
        self._tries = Counter() if tries is None else tries
        self._outage: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._in_hand: set[int] = set()
        self._answered: list[int] = []
        self._waiting: dict[int, deque[TelegramUpdate]] = {}
        self._background = Background()
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._idle = asyncio.Event()
        self._idle.set()

    async def receive(self, updates: Sequence[Json]) -> None:
        """Make updates durable, then work them; returns once they are durable."""
        if updates:
            self._accept(await service.receive(self._deps.engine, updates))

    async def take_over(self) -> None:
        """Work what stands unanswered: left by an earlier process, or taken in by the webhook."""
        async with self._deps.sessions() as tx:
            left = await service.unanswered(tx)
        self._accept(left)

    async def drain(self) -> None:
        """Wait until everything taken in has been answered."""
        await self._idle.wait()

    async def outage(self) -> None:
        """Raises once an answer failed because a service is away."""
        await self._outage

    async def aclose(self) -> None:
        """Leave the answers under way: who takes over begins them anew."""
        await self._background.aclose()

    def _accept(self, rows: Sequence[TelegramUpdate]) -> None:
        for row in rows:
            if row.update_id in self._in_hand:
                continue
            self._in_hand.add(row.update_id)
            queue = self._waiting.get(row.sender_id)
            if queue is not None:
                queue.append(row)
                continue
            self._waiting[row.sender_id] = deque([row])
            self._idle.clear()
            self._background.start(self._work(row.sender_id), f"updates of {row.sender_id}")

    async def _work(self, sender_id: int) -> None:
        queue = self._waiting[sender_id]
        try:
            while queue:
                async with self._room:
                    await self._answer(queue[0])
                self._done(queue.popleft().update_id)
        except Exception as error:
            self._fail(error)
        finally:
            del self._waiting[sender_id]
            self._rest()

    def _done(self, update_id: int) -> None:
        if not self._answered:
            self._background.start(self._mark(), "marks of answered updates")
        self._answered.append(update_id)

    async def _mark(self) -> None:
        """Those answered within a moment are marked together; until then they are in hand."""
        await asyncio.sleep(MOMENT)
        answered, self._answered = self._answered, []
        try:
            await service.mark_done(self._deps.engine, answered)
        except Exception as error:
            self._fail(error)
        else:
            self._in_hand.difference_update(answered)
            self._rest()

    def _fail(self, error: Exception) -> None:
        if not self._outage.done():
            self._outage.set_exception(error)

    def _rest(self) -> None:
        if not self._waiting and not self._in_hand:
            self._idle.set()

    async def _answer(self, row: TelegramUpdate) -> None:
        update = read(row.payload, self._bot)
        if is_empty(update):
            return
        context: dict[str, Any] = {"applied": row.applied_at is not None}
        try:
            await self._dispatcher.feed_update(self._bot, update, **context)
        except Exception as error:
            self._tries[row.update_id] += 1
            if is_outage(error) and self._tries[row.update_id] < TRIES:
                raise
            log.exception("an update could not be answered", update_id=row.update_id)
