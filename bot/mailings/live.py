"""Cards that keep themselves up to date. They are rows, so a restart goes on where it was.

Once in a while every followed card is drawn again; an edit is sent only when the drawing
differs from what is shown. A chat has one card and at most one edit under way.
"""

import asyncio
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from sqlalchemy.exc import SQLAlchemyError

from bot.kit import Screen
from bot.mailings.card_screens import card as draw
from bot.mailings.questions import ask_about_missed
from bot.session import Session
from core.bootstrap import Deps
from core.db import clock
from core.i18n import translator
from core.mailings import cards, queries
from core.mailings.cards import Followed
from core.mailings.queries import CardView
from core.notices import listen
from core.tasks import Background

log = structlog.get_logger(__name__)

ROUND = 1.5  # seconds; Telegram allows about one edit a second and chat
PAUSE = 1 / 25  # seconds between edits
SLOWLY = timedelta(seconds=30)  # between drawings of a card that only counts days or hours down
COST = 10  # a drawing may take a tenth of the time at most


async def follow_cards(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Keep the cards up to date until `stop`."""
    keeper = Keeper(deps, bot)
    async with asyncio.TaskGroup() as group:
        group.create_task(ask_about_missed(deps, bot, stop))
        group.create_task(listen(deps.engine, {"mailing_changed": keeper.heard}, stop))
        while not stop.is_set():
            began = monotonic()
            await keeper.round()
            await deps.pause(max(0.0, ROUND - monotonic() + began), stop)
    await keeper.aclose()


class Keeper:
    """What is known between rounds: who moved, who was announced, who is being edited."""

    def __init__(self, deps: Deps, bot: Bot) -> None:
        self._deps = deps
        self._bot = bot
        self._changed: set[int] = set()
        self._moved: set[int] = set()
        self._rest: dict[int, float] = {}
        self._editing: set[int] = set()
        self._edits = Background()

    def heard(self, payload: str) -> None:
        """A mailing was changed by somebody, perhaps on the site."""
        if payload.isdigit():
            self._changed.add(int(payload))

    async def aclose(self) -> None:
        """Leave edits under way."""
        await self._edits.aclose()

    async def round(self) -> None:
        """Draw what may have changed; trouble with the database ends the round, not the bot."""
        try:
            for card, view, now in await self._due():
                await self._refresh(card, view, now)
        except (SQLAlchemyError, OSError) as error:
            log.warning("cards wait", reason=type(error).__name__)

    async def _due(self) -> list[tuple[Followed, CardView, datetime]]:
        async with self._deps.sessions() as tx:
            now = await clock(tx)
            followed = await cards.followed(tx, now)
        due = [card for card in followed if self._is_due(card, now)]
        drawn = {card.mailing_id for card in due}
        undrawn = {card.mailing_id for card in followed} - drawn
        # One more drawing after the last movement shows the end, however late it comes.
        self._moved = {card.mailing_id for card in followed if card.moving} | self._moved & undrawn
        self._changed &= undrawn
        views = await self._views(drawn)
        return [(card, *views[card.mailing_id]) for card in due if card.mailing_id in views]

    def _is_due(self, card: Followed, now: datetime) -> bool:
        if card.chat_id in self._editing or self._rest.get(card.mailing_id, 0) > monotonic():
            return False
        lively = card.moving or card.mailing_id in self._moved | self._changed
        return lively or not card.shown or now - card.shown_at > SLOWLY

    async def _views(self, ids: Iterable[int]) -> dict[int, tuple[CardView, datetime]]:
        views = {}
        for mailing_id in ids:
            began = monotonic()
            async with self._deps.sessions() as tx:
                now = await clock(tx)
                view = await queries.followed_card(tx, mailing_id, now)
            if view is not None:
                views[mailing_id] = (view, now)
            self._rest[mailing_id] = monotonic() + COST * (monotonic() - began)
        return views

    async def _refresh(self, card: Followed, view: CardView, now: datetime) -> None:
        screen = draw(translator(card.locale), view, now)
        digest = sha256(json.dumps(screen.packed()).encode()).hexdigest()
        if digest == card.shown:
            await self._settle(card, digest)
            return
        self._editing.add(card.chat_id)
        self._edits.start(self._edit(card, screen, digest), f"card in {card.chat_id}")
        await asyncio.sleep(PAUSE)
        if isinstance(self._bot.session, Session):
            await self._bot.session.pace.room()

    async def _edit(self, card: Followed, screen: Screen, digest: str) -> None:
        try:
            if await self._is_left(card):
                return
            await self._bot.edit_message_text(
                screen.html(),
                chat_id=card.chat_id,
                message_id=card.message_id,
                reply_markup=screen.inline_keyboard(),
            )
            await self._settle(card, digest)
        except TelegramForbiddenError:
            async with self._deps.sessions.begin() as tx:
                await cards.blocked(tx, card, await clock(tx))
        except TelegramBadRequest as error:
            await self._refused(card, digest, error)
        except TelegramAPIError as error:
            log.warning("a card was not updated", chat=card.chat_id, reason=error.message)
        finally:
            self._editing.discard(card.chat_id)

    async def _is_left(self, card: Followed) -> bool:
        """Asked in the last moment: a screen opened since the round began is not drawn over."""
        async with self._deps.statements() as tx:
            return not await cards.is_followed(tx, card)

    async def _refused(self, card: Followed, digest: str, error: TelegramBadRequest) -> None:
        if "message is not modified" in error.message:
            await self._settle(card, digest)
            return
        log.info("a card is gone", chat=card.chat_id, reason=error.message)
        async with self._deps.sessions.begin() as tx:
            await cards.forget(tx, card)

    async def _settle(self, card: Followed, digest: str) -> None:
        async with self._deps.sessions.begin() as tx:
            await cards.remember(tx, card, digest, await clock(tx))
