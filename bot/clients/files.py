"""A file dropped into the chat: looked at, its columns set right, handed over to be loaded."""

import asyncio

from aiogram import F, Router
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Document, Message

from bot.clients import file_screens
from bot.clients.callbacks import ClientFile, ClientImport
from bot.clients.file_screens import FROM_TELEGRAM, File
from bot.clients.handlers import TYPED, show_list
from bot.clients.site_files import upload_page
from bot.kit import Chat
from core.clients import loading, own, uploads, writing
from core.clients.columns import Columns, spares
from core.clients.fields import check_tags
from core.clients.forms import FIELDS
from core.clients.models import OwnField
from core.clients.own_values import kind_of as kind_of_values
from core.clients.table import check_file
from core.clients.upload_links import Link
from core.clients.uploads import Upload
from core.errors import Conflict

router = Router(name="files of clients")

KNOWN = ClientFile.filter(F.field.in_(FIELDS) | F.field.regexp(r"^own\d{1,18}$"))


class ImportForm(StatesGroup):
    """What is asked about a file."""

    tag = State()


@router.message(F.document, ~F.animation)
async def dropped(event: Message, chat: Chat) -> None:
    """Look at the file and keep it; nothing is loaded yet."""
    assert event.document  # noqa: S101  the filter
    assert chat.user  # noqa: S101  a guest is told to register
    name, size = _name(event.document), event.document.file_size or 0
    check_file(name, 0)
    if size > FROM_TELEGRAM:
        page = await upload_page(chat)
        return await chat.show(file_screens.too_large(chat._, name, size, page))
    await chat.wait()
    data = await chat.download(event.document.file_id, FROM_TELEGRAM)
    with uploads.workplace(chat.deps.settings) as folder:
        path = folder / "clients"
        await asyncio.to_thread(path.write_bytes, data)
        link = Link(chat.user.id, chat.id)
        sessions = chat.deps.sessions
        upload = await uploads.take_in(sessions, chat.user, link, name, path, shown=True)
    return await show_preview(chat, upload)


async def show_preview(chat: Chat, upload: Upload) -> None:
    """The file as it would be loaded."""
    fields = await fields_of(chat)
    await chat.show(file_screens.preview(chat._, File.of(upload), fields), file=None)


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
    async with chat.begin() as (tx, _now):
        upload = await uploads.at_hand(tx, chat.user, callback_data.upload, lock=True)
        uploads.choose(upload, columns=_put(File.of(upload), callback_data))
    await chat.show(file_screens.columns(chat._, File.of(upload), await fields_of(chat)))


def _put(file: File, data: ClientFile) -> Columns:
    others = {
        field: column
        for field, column in file.columns.items()
        if field not in (data.field, *spares(data.field)) and column != data.column
    }
    chosen = {data.field: data.column} if 0 <= data.column < len(file.header) else {}
    return others | chosen


@router.callback_query(ClientFile.filter(F.verb == "new"))
async def choose_new(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Which column becomes a field of the owner's own."""
    file = await at_hand(chat, callback_data)
    await chat.show(file_screens.choose_new(chat._, file))


@router.callback_query(ClientFile.filter(F.verb == "make"))
async def make(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """A field called as the column is; its kind is told by the values."""
    column = callback_data.column
    async with chat.begin() as (tx, now):
        upload = await uploads.at_hand(tx, chat.user, callback_data.upload, lock=True)
        file = File.of(upload)
        if not 0 <= column < len(file.header):
            raise Conflict(uploads.FORGOTTEN)
        values = [row[column] for row in file.sample if column < len(row)]
        title = (file.header[column] or str(column + 1))[: own.MAX_TITLE]
        field = await own.add(tx, chat.user, title, kind_of_values(values), now)
        others = {name: at for name, at in file.columns.items() if at != column}
        uploads.choose(upload, columns=others | {own.column_of(field): column})
    await chat.show(file_screens.columns(chat._, File.of(upload), await fields_of(chat)))


@router.callback_query(ClientFile.filter(F.verb == "tag"))
async def ask_tag(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Ask for a tag that everybody gets."""
    file = await at_hand(chat, callback_data)
    await chat.ask(ImportForm.tag, file_screens.ask_tag(chat._, file), file=file.upload)


@router.message(ImportForm.tag, TYPED)
async def take_tag(event: Message, chat: Chat) -> None:
    """The tag; the file is still not loaded."""
    await _tag(chat, chat.draft.get("file") or 0, check_tags(event.text or ""))


@router.callback_query(ClientFile.filter(F.verb == "untag"))
async def untag(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """No tag after all."""
    await _tag(chat, callback_data.upload, [])


async def _tag(chat: Chat, upload_id: int, tags: list[str]) -> None:
    async with chat.begin() as (tx, _now):
        upload = await uploads.at_hand(tx, chat.user, upload_id, lock=True)
        uploads.choose(upload, tags=tags)
    await show_preview(chat, upload)


@router.callback_query(ClientImport.filter(F.verb == "undo"))
async def ask_undo(_event: CallbackQuery, callback_data: ClientImport, chat: Chat) -> None:
    """Say what it means first."""
    await chat.show(file_screens.ask_undo(chat._, callback_data.id))


@router.callback_query(ClientImport.filter(F.verb == "undo_sure"))
async def undo(_event: CallbackQuery, callback_data: ClientImport, chat: Chat) -> None:
    """Take out those who came new with an import, put the others back."""
    async with chat.begin() as (tx, now):
        done = await writing.undo(tx, chat.user, callback_data.id, now)
    await chat.alert(file_screens.undone(chat._, done))
    await show_list(chat, "")


@router.callback_query(ClientFile.filter(F.verb == "back"))
async def again(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Back to the preview."""
    async with chat.read() as (tx, _now):
        upload = await uploads.at_hand(tx, chat.user, callback_data.upload)
    await show_preview(chat, upload)


@router.callback_query(ClientFile.filter(F.verb == "cancel"))
async def cancel(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Load nothing."""
    async with chat.begin() as (tx, _now):
        await uploads.drop(tx, chat.user, callback_data.upload)
    await chat.toast(chat._("Nothing was loaded."))
    await show_list(chat, "")


@router.callback_query(ClientFile.filter(F.verb == "load"))
async def load(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Have all rows loaded; following.py tells what comes of it."""
    async with chat.begin() as (tx, now):
        upload = await loading.want(tx, chat.user, callback_data.upload, now)
    await chat.show(file_screens.loading(chat._, File.of(upload)))


async def at_hand(chat: Chat, data: ClientFile) -> File:
    """The file a button speaks of."""
    async with chat.read() as (tx, _now):
        return File.of(await uploads.at_hand(tx, chat.user, data.upload))
