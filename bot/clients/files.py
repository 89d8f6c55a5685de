"""A file dropped into the chat: looked at, its columns set right, loaded."""

import asyncio
from itertools import chain

from aiogram import F, Router
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Document, Message

from bot.clients import file_screens
from bot.clients.callbacks import ClientFile
from bot.clients.file_screens import FROM_TELEGRAM, File
from bot.clients.handlers import TYPED, show_list
from bot.clients.progress import Progress, watched
from bot.clients.site_files import FORGOTTEN, came_by_site, on_disk, upload_page
from bot.kit import Chat
from core.clients import erasing, importing, own, reading, uploads, writing
from core.clients.columns import spares
from core.clients.fields import check_tags
from core.clients.forms import FIELDS
from core.clients.models import OwnField
from core.clients.own_values import kind_of as kind_of_values
from core.clients.reading import Order, Reading
from core.clients.table import check_file, kind_of
from core.clients.writing import Imported, Writing
from core.errors import Conflict
from core.i18n import N_

router = Router(name="files of clients")

LOADED = N_("This file is loaded already.")
KNOWN = ClientFile.filter(F.field.in_(FIELDS) | F.field.regexp(r"^own\d{1,18}$"))


class ImportForm(StatesGroup):
    """What is asked about a file."""

    tag = State()


@router.message(F.document, ~F.animation)
async def dropped(event: Message, chat: Chat) -> None:
    """Look at the file; nothing is loaded yet."""
    assert event.document  # noqa: S101  the filter
    assert chat.user  # noqa: S101  a guest is told to register
    name, size = _name(event.document), event.document.file_size or 0
    check_file(name, 0)
    if size > FROM_TELEGRAM:
        page = await upload_page(chat)
        return await chat.show(file_screens.too_large(chat._, name, size, page))
    await chat.wait()
    data = await chat.download(event.document.file_id, FROM_TELEGRAM)
    seen = await reading.look(name, data, own.columns_of(await fields_of(chat)))
    file = File(
        upload=event.message_id,
        file_id=event.document.file_id,
        name=name,
        total=seen.total,
        header=seen.header,
        sample=seen.sample,
        columns=seen.columns,
    )
    return await show_preview(chat, file)


async def show_preview(chat: Chat, file: File) -> None:
    """The file as it would be loaded."""
    screen = file_screens.preview(chat._, file, await fields_of(chat))
    await chat.show(screen, file=vars(file))


async def fields_of(chat: Chat) -> list[OwnField]:
    """The owner's own fields."""
    return await own.kept(chat.deps.cache, chat.user)


def _name(document: Document) -> str:
    return (document.file_name or "")[-100:] or "?"


@router.callback_query(ClientFile.filter(F.verb == "columns"))
async def columns(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Every field with its column."""
    file = await at_hand(chat, callback_data)
    await chat.show(file_screens.columns(chat._, file, await fields_of(chat)))


@router.callback_query(ClientFile.filter(F.verb == "field"), KNOWN)
async def choose(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """The columns to choose from."""
    file = await at_hand(chat, callback_data)
    field = callback_data.field
    await chat.show(file_screens.choose_column(chat._, file, field, await fields_of(chat)))


@router.callback_query(ClientFile.filter(F.verb == "put"), KNOWN)
async def put(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Take a field from another column, or from none."""
    file = await at_hand(chat, callback_data)
    others = {
        field: column
        for field, column in file.columns.items()
        if field not in (callback_data.field, *spares(callback_data.field))
        and column != callback_data.column
    }
    if 0 <= callback_data.column < len(file.header):
        others[callback_data.field] = callback_data.column
    file = File(**vars(file) | {"columns": others})
    await chat.show(file_screens.columns(chat._, file, await fields_of(chat)), file=vars(file))


@router.callback_query(ClientFile.filter(F.verb == "new"))
async def choose_new(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Which column becomes a field of the owner's own."""
    file = await at_hand(chat, callback_data)
    await chat.show(file_screens.choose_new(chat._, file))


@router.callback_query(ClientFile.filter(F.verb == "make"))
async def make(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """A field called as the column is; its kind is told by the values."""
    file = await at_hand(chat, callback_data)
    column = callback_data.column
    if not 0 <= column < len(file.header):
        raise Conflict(FORGOTTEN)
    values = [row[column] for row in file.sample if column < len(row)]
    async with chat.begin() as (tx, now):
        title = file.header[column] or str(column + 1)
        field = await own.add(tx, chat.user, title[: own.MAX_TITLE], kind_of_values(values), now)
    columns = {name: at for name, at in file.columns.items() if at != column}
    file = File(**vars(file) | {"columns": columns | {own.column_of(field): column}})
    await chat.show(file_screens.columns(chat._, file, await fields_of(chat)), file=vars(file))


@router.callback_query(ClientFile.filter(F.verb == "tag"))
async def ask_tag(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Ask for a tag that everybody gets."""
    file = await at_hand(chat, callback_data)
    await chat.ask(ImportForm.tag, file_screens.ask_tag(chat._, file))


@router.message(ImportForm.tag, TYPED)
async def take_tag(event: Message, chat: Chat) -> None:
    """The tag; the file is still not loaded."""
    kept = chat.draft.get("file")
    if not kept:
        raise Conflict(FORGOTTEN)
    file = File(**kept | {"tags": check_tags(event.text or "")})
    await show_preview(chat, file)


@router.callback_query(ClientFile.filter(F.verb == "untag"))
async def untag(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """No tag after all."""
    file = File(**vars(await at_hand(chat, callback_data)) | {"tags": []})
    await show_preview(chat, file)


@router.callback_query(ClientFile.filter(F.verb == "undo"))
async def ask_undo(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Say what it means first."""
    await chat.show(file_screens.ask_undo(chat._, callback_data.upload))


@router.callback_query(ClientFile.filter(F.verb == "undo_sure"))
async def undo(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Take out those who came new with an import, put the others back."""
    async with chat.begin() as (tx, now):
        done = await writing.undo(tx, chat.user, callback_data.upload, now)
    await chat.alert(file_screens.undone(chat._, done))
    await show_list(chat, "")


@router.callback_query(ClientFile.filter(F.verb == "back"))
async def again(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Back to the preview."""
    await show_preview(chat, await at_hand(chat, callback_data))


@router.callback_query(ClientFile.filter(F.verb == "cancel"))
async def cancel(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Load nothing."""
    if callback_data.upload < 0:
        async with chat.begin() as (tx, _now):
            await uploads.drop(tx, chat.user, -callback_data.upload)
    await chat.toast(chat._("Nothing was loaded."))
    await show_list(chat, "")


@router.callback_query(ClientFile.filter(F.verb == "load"))
async def load(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Load all rows at once, give back those that cannot be taken."""
    file = await at_hand(chat, callback_data)
    importing.check_columns(file.columns)
    await chat.settle()
    await chat.wait()
    async with (
        watched(chat, file) as progress,
        on_disk(chat, file) as path,
        reading.check(path, await order(chat, file)) as checked,
    ):
        imported = await write(chat, file, checked, progress)
        errors = await asyncio.to_thread(checked.errors.read_bytes) if checked.reasons else None
    fields, then = await fields_of(chat), chat.draft.get("then")
    screen = file_screens.loaded(chat._, file, imported, checked, then, fields)
    left = {"file": None, "loaded": file.upload} if imported.id else {"file": vars(file)}
    await chat.show(screen, search=None, **left)
    if errors:
        name = f"errors.{kind_of(file.name)}"
        caption = file_screens.errors_caption(chat._, checked.bad)
        await chat.send_document(name, errors, caption)
        await chat.show_below(screen)


async def order(chat: Chat, file: File) -> Order:
    """How the file is to be read; fields that were deleted meanwhile are left out."""
    kinds = own.kinds_of(await fields_of(chat))
    known = {*FIELDS, *chain.from_iterable(map(spares, FIELDS)), *kinds}
    columns = {name: n for name, n in file.columns.items() if name in known}
    country, locale = chat.user.country, chat._.locale
    return Order(file.name, columns, country, locale, kinds, tuple(file.tags))


async def write(chat: Chat, file: File, checked: Reading, progress: Progress) -> Imported:
    """All or nothing: batches are written while the next ones are being checked."""
    keys = erasing.keys(chat.deps.settings)
    async with chat.begin() as (tx, now):
        importing_ = await Writing.begin(tx, chat.user, now, keys)
        async for rows, row in checked.batches():
            await importing_.write(rows)
            progress.done = row
        imported = await importing_.end()
        if imported.new + imported.updated + imported.same == 0:
            return Imported()
        if file.stored:
            await uploads.drop(tx, chat.user, file.stored)
        return imported


async def at_hand(chat: Chat, data: ClientFile) -> File:
    """The file a button speaks of."""
    file = File.remembered(chat.draft, data.upload) or await came_by_site(chat, -data.upload)
    if file is None:
        raise Conflict(LOADED if chat.draft.get("loaded") == data.upload else FORGOTTEN)
    return file
