"""What becomes of files of clients, told in the chat by itself: a preview of those that came by the
site, how far one is that is being loaded, and what came of it.

A screen that waits is turned; whoever has gone on to something else gets a message of its own.
"""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.types import BufferedInputFile

from bot.clients import file_screens
from bot.clients.file_screens import File
from bot.kit import Screen
from bot.kit.companions import AWAY, Teller, reaching, send
from bot.kit.memory import Memory, turn_of
from core.bootstrap import Deps
from core.clients import loading, own, uploads
from core.clients.loading import Outcome
from core.clients.models import OwnField
from core.clients.table import kind_of
from core.clients.uploads import Upload
from core.db import Transaction, clock
from core.i18n import translator
from core.notices import listen
from core.tasks import finished_first
from core.users.models import TelegramAccount

log = structlog.get_logger(__name__)

EVERY = 5.0  # seconds between looks, in case a notice was lost
BAR = 1.5  # while something is being loaded; Telegram allows about one edit a second and chat
LONG = 3000  # rows from which on there is a bar to see


async def follow_files(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """On PostgreSQL's notice, and every few seconds, until `stop`."""
    wake, teller = asyncio.Event(), Teller(deps, bot, "news of a file")
    async with asyncio.TaskGroup() as group:
        group.create_task(listen(deps.engine, {uploads.CHANNEL: lambda _: wake.set()}, stop))
        while not stop.is_set():
            wake.clear()
            busy = False
            try:
                busy = await _look(deps, teller)
            except AWAY as error:
                log.warning("files of clients wait", reason=type(error).__name__)
            await finished_first(_woken(wake, (BAR if busy else EVERY) / deps.haste), stop)


async def _woken(wake: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        pass


async def _look(deps: Deps, teller: Teller) -> bool:
    """Tell what is there to tell; True while there will be more soon."""
    async with deps.sessions() as tx:
        unshown, under_way = await uploads.waiting(tx), await loading.under_way(tx)
    for upload in await teller.in_turn(unshown, lambda upload: upload.id):
        await _show(deps, teller, upload)
        async with deps.sessions.begin() as tx:
            await uploads.shown(tx, upload.id, await clock(tx))
        teller.done(upload.id)
    for upload in await teller.in_turn(under_way, lambda upload: upload.id):
        if not turn_of(upload.telegram_id).locked():  # else who is there is being answered
            await _follow(deps, teller, upload)
    return bool(under_way)


async def _show(deps: Deps, teller: Teller, upload: Upload) -> None:
    """The preview as a message of its own: whatever the person is about is left alone."""
    async with deps.sessions() as tx:
        account, fields = await _owner(tx, upload)
    if account is not None:
        screen = file_screens.preview(translator(account.locale), File.of(upload), fields)
        await teller.write(upload.id, account.telegram_id, screen)


async def _owner(tx: Transaction, upload: Upload) -> tuple[TelegramAccount | None, list[OwnField]]:
    """The chat that a file came from, unless it was signed out since, and the owner's fields."""
    account = await uploads.chat_of(tx, upload)
    return account, await own.all_of(tx, account.user) if account and account.user else []


async def _follow(deps: Deps, teller: Teller, upload: Upload) -> None:
    """It is noted after it was told: twice is better than never."""
    try:
        async with deps.sessions() as tx:
            account, fields = await _owner(tx, upload)
            errors = await loading.errors_of(tx, upload.id) if upload.outcome else None
        if account is not None:
            waiting = Waiting(deps, teller, upload, account)
            async with turn_of(account.telegram_id):
                await (waiting.tell(fields, errors) if upload.outcome else waiting.draw())
    except AWAY:
        raise
    except Exception:  # one that cannot be drawn must not end the others
        log.exception("what became of a file could not be told", upload=upload.id)
    if upload.outcome:
        async with deps.sessions.begin() as tx:
            await loading.told(tx, upload.id)
        teller.done(upload.id)


class Waiting:
    """A chat whose file is being loaded, and the screen that says so."""

    def __init__(
        self, deps: Deps, teller: Teller, upload: Upload, account: TelegramAccount
    ) -> None:
        self._deps, self._teller, self._upload = deps, teller, upload
        self._id, self._ = account.telegram_id, translator(account.locale)
        self._file, self._kept = File.of(upload), Memory(deps.redis, account.telegram_id)

    async def draw(self) -> None:
        """How far a long file is."""
        far = self._upload.progress
        if not far or self._file.total < LONG:
            return
        known = await self._known()
        if self._is_here(known):
            fraction = min(1.0, far["row"] / self._file.total)
            async with reaching(self._deps, self._id, "a bar"):
                await self._edit(known, file_screens.loading(self._, self._file, fraction))

    async def tell(self, fields: list[OwnField], errors: bytes | None) -> None:
        """What came of the file, below the rows that need another look."""
        outcome, known = Outcome.of(self._upload), await self._known()
        then = known.get("draft", {}).get("then")
        screen = file_screens.loaded(self._, self._file, outcome, then, fields)
        if errors:
            rows = partial(self._send_errors, errors, outcome)
            await self._teller.tell(self._upload.id, self._id, rows, "rows")
        if self._is_here(known):
            turn = partial(self._turn, known, screen, below=bool(errors))
            await self._teller.tell(self._upload.id, self._id, turn)
        else:
            await self._teller.write(self._upload.id, self._id, screen)

    @property
    def _bot(self) -> Bot:
        return self._teller.bot

    async def _known(self) -> dict[str, Any]:
        return (await self._kept.read())[1]

    def _is_here(self, known: dict[str, Any]) -> bool:
        """Whether the person still looks at the screen that waits."""
        return known.get("screen") == file_screens.loading(self._, self._file).packed()

    async def _send_errors(self, errors: bytes, outcome: Outcome) -> None:
        file = BufferedInputFile(errors, f"errors.{kind_of(self._file.name)}")
        caption = file_screens.errors_caption(self._, outcome)
        await self._bot.send_document(self._id, file, caption=str(caption))

    async def _turn(self, known: dict[str, Any], screen: Screen, *, below: bool) -> None:
        """Remembered after it was shown: what Telegram did not take is turned in the next round."""
        if below or not await self._edit(known, screen):
            number = await send(self._bot, self._id, screen)
            await self._remove(known.get("message_id"))
            known["message_id"] = number
        known |= {"screen": screen.packed(), "draft": known.get("draft", {}) | {"search": None}}
        await self._kept.write(None, known)

    async def _edit(self, known: dict[str, Any], screen: Screen) -> bool:
        try:
            await self._bot.edit_message_text(
                screen.html(),
                chat_id=self._id,
                message_id=known.get("message_id"),
                reply_markup=screen.inline_keyboard(),
            )
        except TelegramBadRequest as error:
            return "message is not modified" in error.message
        return True

    async def _remove(self, message_id: int | None) -> None:
        if message_id:
            with suppress(TelegramAPIError):  # what came of the file has been told by then
                await self._bot.delete_message(self._id, message_id)
