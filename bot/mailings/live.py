"""Cards that keep themselves up to date. They are rows, so a restart goes on where it was.

Once in a while every followed card is drawn again; an edit is sent only when the drawing
differs from what is shown. A chat has one card and at most one edit under way, and none while the
person's own tap is being answered.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
)
from aiogram.methods import EditMessageText
from sqlalchemy.exc import SQLAlchemyError

from bot.kit import Screen, home_button
from bot.kit.chat import digest
from bot.kit.memory import Memory, turn_of
from bot.mailings.card_screens import card as draw
from bot.mailings.questions import ask_about_missed
from bot.session import Session
from core.bootstrap import Deps
from core.db import clock
from core.errors import NotFound
from core.i18n import translator
from core.mailings import cards, queries
from core.mailings.cards import Followed
from core.mailings.queries import CardView
from core.notices import listen
from core.outages import is_outage
from core.tasks import Background

log = structlog.get_logger(__name__)

ROUND = 1.5  # seconds; Telegram allows about one edit a second and chat
PAUSE = 1 / 25  # seconds between edits
SLOWLY = timedelta(seconds=30)  # between drawings of a card that only counts days or hours down
COST = 10  # a drawing may take a tenth of the time at most
LATE = 5.0  # seconds from a change until a card that was being opened meanwhile is followed
LONGEST = 5  # seconds an edit may take: the person's next tap waits for it
LATER = 5.0  # seconds after an edit that failed, where Telegram names none


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
        self._changed: dict[int, float] = {}  # mailings, and when that was heard
        self._moved: set[int] = set()
        self._rest: dict[int, float] = {}  # mailings, and until when they are not drawn again
        self._quiet: dict[int, float] = {}  # chats, and until when Telegram takes no edits
        self._editing: set[int] = set()
        self._edits = Background()

    def heard(self, payload: str) -> None:
        """A mailing was changed by somebody, perhaps on the site."""
        if payload.isdigit():
            self._changed[int(payload)] = monotonic()

    async def aclose(self) -> None:
        """Leave edits under way."""
        await self._edits.aclose()

    async def round(self) -> None:
        """Draw what may have changed; trouble with the database ends the round, not the bot."""
        try:
            followed, seen = await cards.followed(self._deps.engine), monotonic()
            for card in self._due(followed):
                await self._refresh(card, card.at + timedelta(seconds=monotonic() - seen))
        except (SQLAlchemyError, OSError) as error:
            log.warning("cards wait", reason=type(error).__name__)

    def _due(self, followed: Sequence[Followed]) -> Sequence[Followed]:
        due = [card for card in followed if self._is_due(card)]
        drawn = {card.mailing_id for card in due}
        undrawn = {card.mailing_id for card in followed} - drawn
        # One more drawing after the last movement shows the end, however late it comes.
        self._moved = {card.mailing_id for card in followed if card.moving} | self._moved & undrawn
        lately = monotonic() - LATE
        self._changed = {
            each: at
            for each, at in self._changed.items()
            if each in undrawn or (each not in drawn and at > lately)
        }
        return due

    def _is_due(self, card: Followed) -> bool:
        waits = max(self._rest.get(card.mailing_id, 0), self._quiet.get(card.chat_id, 0))
        if card.chat_id in self._editing or waits > monotonic():
            return False
        changed = card.mailing_id in self._moved or card.mailing_id in self._changed
        lively = card.moving or card.gone or changed
        return lively or not card.shown or card.at - card.shown_at > SLOWLY

    async def _refresh(self, card: Followed, now: datetime) -> None:
        screen = await self._screen(card, now)
        if screen is None:
            return
        shown = digest(screen)
        if shown == card.shown:
            await cards.remember(self._deps.engine, card, shown)
            return
        self._editing.add(card.chat_id)
        self._edits.start(self._edit(card, screen), f"card in {card.chat_id}")
        await asyncio.sleep(PAUSE)
        if isinstance(self._bot.session, Session):
            await self._bot.session.pace.room()

    async def _screen(self, card: Followed, now: datetime) -> Screen | None:
        _ = translator(card.locale)
        if card.gone:
            return Screen(_(NotFound.text), [[home_button(_)]])
        view = await self._view(card.mailing_id, now)
        return draw(_, view, now) if view else None

    async def _view(self, mailing_id: int, now: datetime) -> CardView | None:
        began = monotonic()
        async with self._deps.statements() as tx:
            view = await queries.followed_card(tx, mailing_id, now)
        self._rest[mailing_id] = monotonic() + COST * (monotonic() - began)
        return view

    async def _edit(self, card: Followed, screen: Screen) -> None:
        try:
            async with turn_of(card.chat_id):
                if await self._is_shown(card):
                    await self._draw(card, screen)
                else:  # a tap that shows it anew may have looked before what moved
                    self._moved.add(card.mailing_id)
        except Exception as error:  # PostgreSQL or Redis, each with errors of its own
            if not is_outage(error):
                raise
            log.warning("a card waits", chat=card.chat_id, reason=type(error).__name__)
            self._moved.add(card.mailing_id)
        finally:
            self._editing.discard(card.chat_id)

    async def _is_shown(self, card: Followed) -> bool:
        """Asked in the last moment: what was opened or drawn since is not drawn over."""
        _state, known = await Memory(self._deps.redis, card.chat_id).read()
        screen = known.get("screen")
        if screen and screen.get("live") != card.mailing_id:
            await cards.forget(self._deps.engine, card)
            return False
        return await cards.is_followed(self._deps.engine, card)

    async def _draw(self, card: Followed, screen: Screen) -> None:
        try:
            await self._say(card, screen)
        except TelegramForbiddenError:
            async with self._deps.sessions.begin() as tx:
                await cards.blocked(tx, card, await clock(tx))
        except TelegramBadRequest as error:
            log.info("a card is gone", chat=card.chat_id, reason=error.message)
            await cards.forget(self._deps.engine, card)
        except (TelegramAPIError, ClientDecodeError) as error:
            log.warning("a card was not updated", chat=card.chat_id, reason=type(error).__name__)
            self._quiet[card.chat_id] = monotonic() + getattr(error, "retry_after", LATER)
            self._moved.add(card.mailing_id)  # it may move no more, and its end is to be seen
        else:
            await self._settle(card, screen)

    async def _say(self, card: Followed, screen: Screen) -> None:
        """Once, whatever comes of it: a later round has something newer to say."""
        edit = EditMessageText(
            text=screen.html(),
            chat_id=card.chat_id,
            message_id=card.message_id,
            reply_markup=screen.inline_keyboard(),
        )
        try:
            await self._bot.session.make_request(self._bot, edit, LONGEST)
        except TelegramBadRequest as error:
            if "message is not modified" not in error.message:
                raise

    async def _settle(self, card: Followed, screen: Screen) -> None:
        if card.gone:
            await cards.forget(self._deps.engine, card)
        else:
            await cards.remember(self._deps.engine, card, digest(screen))
