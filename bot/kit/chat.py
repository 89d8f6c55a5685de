"""What a handler speaks through: the person's chat, its screen and its conversation."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from time import monotonic
from typing import Any

from aiogram import Bot
from aiogram.enums import ChatAction
from aiogram.exceptions import TelegramBadRequest
from aiogram.fsm.state import State
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    Message,
    ReplyKeyboardRemove,
)
from markupsafe import Markup
from sqlalchemy.orm.attributes import set_committed_value

from bot.kit.away import fetching
from bot.kit.memory import Memory, turn_of
from bot.kit.screen import Screen, plain
from core.audit.service import Actor
from core.audit.watch import by
from core.bootstrap import Deps
from core.db import Transaction, clock
from core.errors import Forbidden, Invalid
from core.i18n import N_, Translator, translator
from core.mailings import cards
from core.updates import service as updates
from core.users.models import TelegramAccount, User

TOO_BIG = N_("The file is {size} MB; at most {limit} MB can be taken here.")
MEGABYTE = 1024 * 1024
MOMENT = 1.0  # seconds for which the time is known


def digest(screen: Screen) -> str:
    """Tells whether a screen looks like another one."""
    return sha256(json.dumps(screen.packed()).encode()).hexdigest()


class Chat:
    """One update being answered. Made by the middleware, handed to handlers as `chat`."""

    def __init__(
        self,
        deps: Deps,
        bot: Bot,
        event: CallbackQuery | Message,
        memory: Memory,
        known: dict[str, Any],
        account: TelegramAccount,
        update_id: int,
        now: datetime,
    ) -> None:
        self.deps = deps
        self.bot = bot
        self.account = account
        self.update_id = update_id
        self._event = event
        self._kept = memory
        self._memory = known
        self._answered = False
        self._now, self._began = now, monotonic()

    @property
    def _(self) -> Translator:
        """The translator of the person's language."""
        return translator(self.account.locale)

    @property
    def user(self) -> User:
        """The registered person; Forbidden for a guest."""
        if self.account.user is None:
            raise Forbidden(N_("Please register or sign in first: /start"))
        return self.account.user

    def become(self, user: User | None) -> None:
        """Whose chat it is from here on: somebody registered, signed in or out."""
        self.account.user_id = user.id if user else None
        set_committed_value(self.account, "user", user)

    @property
    def tapped(self) -> bool:
        """Whether a button was pressed, not something sent."""
        return isinstance(self._event, CallbackQuery)

    @property
    def answered(self) -> bool:
        """Whether the tap has had its answer: what comes later stands on the screen."""
        return self._answered

    @property
    def id(self) -> int:
        """The chat's id."""
        return self.account.telegram_id

    # ------------------------------------------------------------------ transactions

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[tuple[Transaction, datetime]]:
        """The transaction of this update's effect; committed once, even if the update returns."""
        async with self.deps.sessions.begin() as tx:
            by(tx, self._actor())
            now = await clock(tx)
            yield tx, now
            await updates.mark_applied(tx, self.update_id, now)

    def _actor(self) -> Actor:
        """Who speaks, for the audit log."""
        user = self.account.user
        return Actor("bot", user.name, user.id) if user else Actor("bot", f"Telegram {self.id}")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[tuple[Transaction, datetime]]:
        """For looking only. The clock was read a moment ago, when the chat was opened."""
        async with self.deps.statements() as tx:
            fresh = monotonic() - self._began < MOMENT
            yield tx, self._now if fresh else await clock(tx)

    # ------------------------------------------------------------------ conversation

    @property
    def draft(self) -> dict[str, Any]:
        """What was given so far in the conversation; change it through `ask`."""
        return dict(self._memory.get("draft", {}))

    @property
    def repeated(self) -> bool:
        """Whether this update already moved the conversation before the process ended."""
        return self._memory.get("applied") == self.update_id

    @property
    def shown(self) -> Screen | None:
        """The screen the person looks at."""
        packed = self._memory.get("screen")
        return Screen.unpacked(packed) if packed else None

    def remembered(self, name: str) -> Any:
        """What `remember` kept of this chat, whatever the conversation is about."""
        return self._memory.get(name)

    async def remember(self, name: str, value: Any) -> None:
        """Keep something of this chat."""
        self._memory[name] = value
        await self._kept.keep(self._memory)

    async def ask(self, state: State, screen: Screen, **changes: Any) -> None:
        """A step: remember `changes`, wait for an answer in `state`, show the question."""
        await self._step(state, self.draft | changes, screen)

    async def ask_again(self, state: State, screen: Screen, **changes: Any) -> None:
        """The same question once more: what was wrong may be corrected in the answer itself."""
        await self._step(state, self.draft | changes, screen, again=True)

    async def amend(self, state: State, screen: Screen, **changes: Any) -> None:
        """A step whose screen stays where it is: what was sent belongs to what came before."""
        self._memory |= {"draft": self.draft | changes, "screen": screen.packed()}
        self._memory |= {"applied": self.update_id, "answer": None}
        await self._kept.write(state, self._memory)
        shown = self._memory.get("message_id")
        if not shown or not await self._redraw(shown, screen):
            await self._display(screen)

    async def show(self, screen: Screen, **changes: Any) -> None:
        """Show a screen that waits for no typed answer; the draft stays."""
        await self._step(None, self.draft | changes, screen)

    async def show_below(self, screen: Screen) -> None:
        """The screen again, moved down below what was just sent."""
        self._memory |= {"screen": screen.packed(), "applied": self.update_id}
        await self._kept.write(None, self._memory)
        old = self._memory.get("message_id")
        self._memory["message_id"] = await self._send(screen, None, old)
        await self._kept.keep(self._memory)

    async def move_below(self, screen: Screen) -> None:
        """The same long after the tap, unless the person has gone on to another screen."""
        async with turn_of(self.id):
            _state, self._memory = await self._kept.read()
            if self._memory.get("screen") == screen.packed():
                old = self._memory.get("message_id")
                self._memory["message_id"] = await self._send(screen, None, old)
                await self._kept.keep(self._memory)

    async def done(self, screen: Screen) -> None:
        """The conversation is over: forget its draft."""
        await self._step(None, {}, screen)

    async def show_again(self, screen: Screen) -> None:
        """Answer an update whose effect is already there; what was typed next stays asked."""
        await self._display(screen)

    async def refuse(self, note: Markup) -> None:
        """Say what is wrong above the question and ask it again."""
        screen = self.shown
        if screen is None:
            await self.bot.send_message(self.id, str(note))
        else:
            await self._display(screen, note)

    def note_answer(self, state: str | None) -> None:
        """Remember which message answers what is asked, for as long as that stays asked."""
        if isinstance(self._event, Message):
            self._memory["answer"] = [self._event.message_id, state]

    def is_correction(self, state: str | None) -> bool:
        """Whether a message that was edited is the answer to what is still asked."""
        assert isinstance(self._event, Message)  # noqa: S101  only messages are edited
        return state is not None and self._memory.get("answer") == [self._event.message_id, state]

    async def _step(
        self, state: State | None, draft: dict[str, Any], screen: Screen, *, again: bool = False
    ) -> None:
        before = self._memory.get("screen") or {}
        self._memory |= {"draft": draft, "screen": screen.packed(), "applied": self.update_id}
        if not again:
            self._memory["answer"] = None
        await self._kept.write(state, self._memory)
        await self._display(screen, leaving=before)

    # ------------------------------------------------------------------ the screen

    async def _display(
        self,
        screen: Screen,
        note: Markup | None = None,
        leaving: dict[str, Any] | None = None,
    ) -> None:
        old = self._memory.get("message_id")
        if leaving and leaving.get("contact"):
            await self._put_keyboard_away()
        edited = await self._edit(screen, note)
        message_id = edited or await self._send(screen, note, old)
        if edited and old and edited != old and leaving and leaving.get("live"):
            await self.remove(old)  # nobody follows that card any more
        if message_id != old:
            self._memory["message_id"] = message_id
            await self._kept.keep(self._memory)
        if screen.live:
            engine, shown = self.deps.engine, digest(screen)
            await cards.follow(engine, self.id, message_id, screen.live, shown)
        elif leaving and leaving.get("live"):
            await cards.unfollow(self.deps.engine, self.id)

    async def _edit(self, screen: Screen, note: Markup | None) -> int | None:
        message = self._event.message if isinstance(self._event, CallbackQuery) else None
        if message is None or screen.contact:
            return None
        if screen.drawing and note is None:
            drawn = await screen.drawing.edit(self.bot, self.id, message.message_id)
        else:
            drawn = await self._redraw(message.message_id, screen, note)
        return message.message_id if drawn else None

    async def _redraw(self, message_id: int, screen: Screen, note: Markup | None = None) -> bool:
        try:
            await self.bot.edit_message_text(
                screen.html(note),
                chat_id=self.id,
                message_id=message_id,
                reply_markup=screen.inline_keyboard(),
            )
        except TelegramBadRequest as error:
            return "message is not modified" in error.message
        return True

    async def _send(self, screen: Screen, note: Markup | None, old: int | None) -> int:
        number = None
        if screen.drawing and note is None:
            number = await screen.drawing.send(self.bot, self.id)
        if number is None:
            markup = screen.keyboard()
            sent = await self.bot.send_message(self.id, screen.html(note), reply_markup=markup)
            number = sent.message_id
        if old:
            await self.remove(old)
        return number

    async def remove(self, message_id: int) -> None:
        """Delete a message, or leave it where Telegram no longer allows that."""
        try:
            await self.bot.delete_message(self.id, message_id)
        except TelegramBadRequest:
            pass

    async def _put_keyboard_away(self) -> None:
        # A reply keyboard goes away only with a message that removes it.
        sent = await self.bot.send_message(self.id, "…", reply_markup=ReplyKeyboardRemove())
        await self.remove(sent.message_id)

    # ------------------------------------------------------------------ small answers

    async def toast(self, text: Markup | str) -> None:
        """A line over the chat, gone by itself (for taps)."""
        await self._answer(text, alert=False)

    async def alert(self, text: Markup | str) -> None:
        """A window the person closes (for taps)."""
        await self._answer(text, alert=True)

    async def settle(self) -> None:
        """Answer the tap if nobody did."""
        if self.tapped and not self._answered:
            await self._answer(None, alert=False)

    async def _answer(self, text: Markup | str | None, *, alert: bool) -> None:
        if not isinstance(self._event, CallbackQuery):
            return
        self._answered = True
        words = plain(text)[:200] if text else None
        try:
            await self.bot.answer_callback_query(self._event.id, words, show_alert=alert)
        except TelegramBadRequest:
            pass  # the tap is too old to be answered

    async def wait(self) -> None:
        """Show that something takes a moment."""
        await self.bot.send_chat_action(self.id, ChatAction.TYPING)

    async def send_document(
        self, name: str, content: bytes, caption: Markup | str | None = None
    ) -> None:
        """A file for the person; the screen stays where it is."""
        file = BufferedInputFile(content, name)
        await self.bot.send_document(self.id, file, caption=str(caption) if caption else None)

    async def send_picture(self, content: bytes, caption: Markup | str | None = None) -> None:
        """A picture for the person; the screen stays where it is."""
        file = BufferedInputFile(content, "picture.png")
        await self.bot.send_photo(self.id, file, caption=str(caption) if caption else None)

    async def download(self, file_id: str, limit: int = 20 * MEGABYTE) -> bytes:
        """A file the person sent, of at most `limit` bytes (Invalid when larger)."""
        file = await self.bot.get_file(file_id)
        size = file.file_size or 0
        if size > limit or file.file_path is None:
            raise Invalid(TOO_BIG, size=size // MEGABYTE, limit=limit // MEGABYTE)
        target = BytesIO()
        with fetching(file_id):
            await self.bot.download_file(file.file_path, target)
        return target.getvalue()
