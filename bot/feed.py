"""Updates on their way from Telegram to the handlers, without loss and without repetition.

An update is on PostgreSQL's disk before Telegram is told that it arrived, and is worked meanwhile;
a person's updates are worked in order, those of many people side by side. When PostgreSQL or Redis
goes away, the feed ends with that error; the next one takes over what was left, as after a restart.

While Telegram is away, only those wait whose answer it did not take. An answer of which nothing was
sent is given once more. Of one that may stand in the chat nothing is sent again: the person is told
that it may be missing.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramAPIError
from aiogram.types import Update

from bot.errors import say_broken_off
from bot.incoming import is_empty, read
from bot.kit.away import ask, is_away
from bot.patience import listening
from core.bootstrap import Deps
from core.db import Json
from core.outages import is_outage
from core.tasks import Background
from core.updates import service
from core.updates.models import TelegramUpdate

log = structlog.get_logger(__name__)

TRIES = 5  # of an update whose answer ends like an outage; then others come first
PAUSE = 2.0  # seconds until Telegram, which was away, is asked whether it is back
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
        self._broken_off: dict[int, int] = {}  # people, and the update whose answer may be missing
        self._asking: asyncio.Task[None] | None = None
        self._leaving = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def receive(self, updates: Sequence[Json]) -> None:
        """Work updates as soon as they are written down; returns once they are durable."""
        if updates:
            self._accept(await service.take_in(self._deps.engine, updates))
            await service.keep(self._deps.engine, updates)

    async def take_over(self) -> None:
        """Work what stands unanswered: left by an earlier process, or taken in by the webhook."""
        self._accept(await service.unanswered(self._deps.engine, self._in_hand))

    async def drain(self) -> None:
        """Wait until everything taken in has been answered, but for what waits for Telegram."""
        self._leaving.set()
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
                    settled = await self._answer(queue[0])
                if settled:
                    self._done(queue.popleft().update_id)
                elif not await self._is_to_go_on(queue):
                    break
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

    async def _answer(self, row: TelegramUpdate) -> bool:
        """Whether that was all; False when Telegram is away and the update's turn comes again."""
        update = read(row.payload, self._bot)
        if is_empty(update):
            return True
        excuse = self._has_to_tell(row, update)
        with listening() as said:
            try:
                if excuse:
                    taken = row.update_id == self._broken_off[row.sender_id]
                    await say_broken_off(self._deps, self._bot, row.sender_id, taken=taken)
                else:
                    context: dict[str, Any] = {"applied": row.applied_at is not None}
                    await self._dispatcher.feed_update(self._bot, update, **context)
            except Exception as error:  # whatever a handler met: `_settled` raises or logs it
                return self._settled(row, error, said.anything, excuse)
        self._broken_off.pop(row.sender_id, None)
        return True

    def _has_to_tell(self, row: TelegramUpdate, update: Update) -> bool:
        """Whether an answer broke off: this one, or one before, and this may answer what the person
        has not seen."""
        broken_off = self._broken_off.get(row.sender_id)
        return broken_off is not None and (broken_off == row.update_id or is_typed(update))

    def _settled(self, row: TelegramUpdate, error: Exception, said: bool, excuse: bool) -> bool:
        self._tries[row.update_id] += 1
        last = self._tries[row.update_id] >= TRIES
        if is_outage(error) and not last:
            raise error
        settled = last or not is_away(error) or (excuse and said)
        if is_away(error) and not excuse and (said or last):
            self._broken_off[row.sender_id] = row.update_id
        if settled:
            trace = None if is_away(error) else error
            log.error("an update could not be answered", update_id=row.update_id, exc_info=trace)
        return settled

    # ------------------------------------------------------------------ while Telegram is away

    async def _is_to_go_on(self, queue: deque[TelegramUpdate]) -> bool:
        """Once Telegram is back; whoever takes over goes on when this process leaves before."""
        await self._telegram()
        row = queue[0]
        if not self._leaving.is_set():
            async with self._deps.sessions() as tx:  # it may have had its effect since
                queue[0] = await tx.get(TelegramUpdate, row.update_id) or row
            return True
        if self._broken_off.get(row.sender_id) == row.update_id:
            self._done(queue.popleft().update_id)  # or it would be sent again
        self._in_hand.difference_update(row.update_id for row in queue)
        return False

    async def _telegram(self) -> None:
        """Wait until Telegram is back, or this process leaves. One asks for all."""
        if self._asking is None or self._asking.done():
            self._asking = self._background.start(self._ask(), "asking for Telegram")
        await asyncio.wait((self._asking,))

    async def _ask(self) -> None:
        log.warning("Telegram is away, answers wait")
        while not self._leaving.is_set():
            await self._deps.pause(PAUSE, self._leaving)
            try:
                await ask(self._bot)
            except TelegramAPIError:
                continue
            return


def is_typed(update: Update) -> bool:
    """Whether it may answer a question: buttons and commands say themselves what they are about."""
    return update.message is not None and not (update.message.text or "").startswith("/")
