"""Files of clients by the site: the link there, and the preview that comes into the chat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from sqlalchemy.exc import SQLAlchemyError

from bot.clients import file_screens
from bot.clients.file_screens import FROM_TELEGRAM, File
from bot.kit import Chat
from core.bootstrap import Deps
from core.clients import own, upload_links, uploads
from core.clients.upload_links import Link
from core.clients.uploads import Upload
from core.db import clock
from core.errors import Conflict, NotFound
from core.i18n import N_, translator
from core.notices import listen
from core.tasks import finished_first
from core.users import profile

log = structlog.get_logger(__name__)

EVERY = 5.0  # seconds between looks, in case a notice was lost
FORGOTTEN = N_("This file is no longer at hand. Please send it again.")


async def upload_page(chat: Chat) -> str | None:
    """The page for this chat's files, where there is one that can be opened."""
    async with chat.read() as (_tx, now):
        link = Link(chat.user.id, chat.id)
        return upload_links.page(chat.deps.settings, link, chat._.locale, now)


async def came_by_site(chat: Chat, number: int) -> File | None:
    """A file of this owner's that came by the site, while it is kept."""
    if number <= 0:
        return None
    async with chat.read() as (tx, _now):
        upload = await uploads.get(tx, chat.user, number)
    return File.by_site(upload) if upload else None


@asynccontextmanager
async def on_disk(chat: Chat, file: File) -> AsyncIterator[Path]:
    """The whole file, wherever it is kept."""
    with uploads.workplace(chat.deps.settings) as folder:
        path = folder / "clients"
        if file.stored is None:
            data = await chat.download(file.file_id, FROM_TELEGRAM)
            await asyncio.to_thread(path.write_bytes, data)
        else:
            await _fetch(chat, file.stored, path)
        yield path


async def _fetch(chat: Chat, number: int, path: Path) -> None:
    async with chat.deps.sessions() as tx:
        upload = await uploads.get(tx, chat.user, number)
        if upload is None:
            raise Conflict(FORGOTTEN)
        await uploads.fetch(tx, upload, path)


async def show_uploads(deps: Deps, bot: Bot, stop: asyncio.Event) -> None:
    """Show what came by the site in the chats it is for, until `stop`."""
    wake = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(listen(deps.engine, {uploads.CHANNEL: lambda _: wake.set()}, stop))
        while not stop.is_set():
            wake.clear()
            try:
                await _round(deps, bot)
            except (SQLAlchemyError, OSError, TelegramAPIError) as error:
                log.warning("files by the site wait", reason=type(error).__name__)
            await finished_first(_woken(wake), stop)


async def _woken(wake: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(EVERY):
            await wake.wait()
    except TimeoutError:
        pass


async def _round(deps: Deps, bot: Bot) -> None:
    async with deps.sessions() as tx:
        waiting = await uploads.waiting(tx)
    for upload in waiting:
        await _show(deps, bot, upload)
        async with deps.sessions.begin() as tx:
            await uploads.shown(tx, upload.id, await clock(tx))


async def _show(deps: Deps, bot: Bot, upload: Upload) -> None:
    """The preview as a message of its own: whatever the person is about is left alone."""
    async with deps.sessions() as tx:
        try:
            owner = await uploads.owner_of(tx, Link(upload.owner_id, upload.telegram_id))
        except NotFound:
            return  # signed out meanwhile
        fields = await own.all_of(tx, owner)
    screen = file_screens.preview(translator(owner.locale), File.by_site(upload), fields)
    chat_id = upload.telegram_id
    try:
        await bot.send_message(chat_id, screen.html(), reply_markup=screen.inline_keyboard())
    except TelegramForbiddenError:
        async with deps.sessions.begin() as tx:
            await profile.blocked(tx, chat_id, await clock(tx))
