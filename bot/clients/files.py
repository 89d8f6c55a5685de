"""A file dropped into the chat: looked at, its columns set right, loaded."""

import asyncio
from datetime import UTC, datetime, timedelta

from aiogram import F, Router
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Document, Message
from markupsafe import Markup

from bot.clients import file_screens
from bot.clients.callbacks import ClientFile
from bot.clients.file_screens import File
from bot.clients.handlers import TYPED, show_list
from bot.clients.progress import watched
from bot.kit import Chat
from core.clients import importing, service, sheets
from core.clients.fields import check_tags
from core.clients.forms import FIELDS, tagged
from core.clients.importing import BadRow
from core.clients.table import MAX_BYTES, Table, read_table, readable
from core.errors import Conflict, Invalid
from core.i18n import N_

router = Router(name="files of clients")

FORGOTTEN = N_("This file is no longer at hand. Please send it again.")
NOT_A_TABLE = N_("“{name}” is not a table. Please send a CSV, XLSX, XLS, ODS or vCard file.")
KNOWN = ClientFile.filter(F.field.in_(FIELDS))
TOO_LATE = N_("An import can be taken back within a day only.")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNDO_FOR = timedelta(days=1)


class ImportForm(StatesGroup):
    """What is asked about a file."""

    tag = State()


@router.message(F.document)
async def dropped(event: Message, chat: Chat) -> None:
    """Look at the file; nothing is loaded yet."""
    assert event.document  # noqa: S101  the filter
    assert chat.user  # noqa: S101  a guest is told to register
    await chat.wait()
    table = await read(chat, event.document.file_id, _name(event.document))
    file = File(
        upload=event.message_id,
        file_id=event.document.file_id,
        name=table.name,
        total=sum(1 for row in table.rows if any(row)),
        header=_short(table.header),
        sample=[_short(row) for row in table.rows[:50] if any(row)][: importing.SAMPLES],
        columns=table.columns,
    )
    await chat.show(file_screens.preview(chat._, file), file=vars(file))


def _short(row: list[str]) -> list[str]:
    return [cell[:100] for cell in row]


async def read(chat: Chat, file_id: str, name: str) -> Table:
    """The file from Telegram, as a table."""
    if not readable(name):
        raise Invalid(NOT_A_TABLE, name=name)
    return await read_table(name, await chat.download(file_id, MAX_BYTES))


def _name(document: Document) -> str:
    return (document.file_name or "")[-100:] or "?"


@router.callback_query(ClientFile.filter(F.verb == "columns"))
async def columns(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Every field with its column."""
    await chat.show(file_screens.columns(chat._, at_hand(chat, callback_data)))


@router.callback_query(ClientFile.filter(F.verb == "field"), KNOWN)
async def choose(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """The columns to choose from."""
    file = at_hand(chat, callback_data)
    await chat.show(file_screens.choose_column(chat._, file, callback_data.field))


@router.callback_query(ClientFile.filter(F.verb == "put"), KNOWN)
async def put(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Take a field from another column, or from none."""
    file = at_hand(chat, callback_data)
    others = {
        field: column
        for field, column in file.columns.items()
        if field != callback_data.field and column != callback_data.column
    }
    if 0 <= callback_data.column < len(file.header):
        others[callback_data.field] = callback_data.column
    file = File(**vars(file) | {"columns": others})
    await chat.show(file_screens.columns(chat._, file), file=vars(file))


@router.callback_query(ClientFile.filter(F.verb == "tag"))
async def ask_tag(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Ask for a tag that everybody gets."""
    file = at_hand(chat, callback_data)
    await chat.ask(ImportForm.tag, file_screens.ask_tag(chat._, file))


@router.message(ImportForm.tag, TYPED)
async def take_tag(event: Message, chat: Chat) -> None:
    """The tag; the file is still not loaded."""
    kept = chat.draft.get("file")
    if not kept:
        raise Conflict(FORGOTTEN)
    file = File(**kept | {"tags": check_tags(event.text or "")})
    await chat.show(file_screens.preview(chat._, file), file=vars(file))


@router.callback_query(ClientFile.filter(F.verb == "untag"))
async def untag(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """No tag after all."""
    file = File(**vars(at_hand(chat, callback_data)) | {"tags": []})
    await chat.show(file_screens.preview(chat._, file), file=vars(file))


@router.callback_query(ClientFile.filter(F.verb == "undo"))
async def ask_undo(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Say what it means first."""
    await chat.show(file_screens.ask_undo(chat._, callback_data.upload))


@router.callback_query(ClientFile.filter(F.verb == "undo_sure"))
async def undo(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Take out those who came new with an import."""
    at = EPOCH + timedelta(microseconds=callback_data.upload)
    async with chat.begin() as (tx, now):
        if not now - UNDO_FOR < at <= now:
            raise Conflict(TOO_LATE)
        gone, stayed = await service.undo_import(tx, chat.user, at)
    note = chat._.plural("{n} client is deleted.", "{n} clients are deleted.", gone)
    if stayed:
        left = chat._.plural(
            "{n} stays: was written to since.", "{n} stay: were written to since.", stayed
        )
        note = Markup(" ").join([note, left])
    await chat.alert(note)
    await show_list(chat, "")


@router.callback_query(ClientFile.filter(F.verb == "back"))
async def again(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Back to the preview."""
    await chat.show(file_screens.preview(chat._, at_hand(chat, callback_data)))


@router.callback_query(ClientFile.filter(F.verb == "cancel"))
async def cancel(_event: CallbackQuery, chat: Chat) -> None:
    """Load nothing."""
    await chat.toast(chat._("Nothing was loaded."))
    await show_list(chat, "")


@router.callback_query(ClientFile.filter(F.verb == "load"))
async def load(_event: CallbackQuery, callback_data: ClientFile, chat: Chat) -> None:
    """Load all rows at once, give back those that cannot be taken."""
    file = at_hand(chat, callback_data)
    importing.check_columns(file.columns)
    await chat.settle()
    await chat.wait()
    async with watched(chat, file) as progress:
        table = await read(chat, file.file_id, file.name)
        done = await asyncio.to_thread(
            importing.sort_rows, table, file.columns, chat.user.country, progress.check
        )
        forms = tagged(done.forms, file.tags) if file.tags else done.forms
        async with chat.begin() as (tx, now):
            imported = await service.import_rows(tx, chat.user, forms, now, progress.write)
    then = chat.draft.get("then")
    screen = file_screens.result(chat._, imported, done.repeats, done.bad, then)
    await chat.show(screen, file=None, search=None)
    if done.bad:
        await give_back(chat, table, done.bad)


async def give_back(chat: Chat, table: Table, bad: list[BadRow]) -> None:
    """The refused rows as a file of the same kind."""
    kind = "xlsx" if table.is_workbook else "csv"
    rows = sheets.bad_rows(chat._, table.header, bad)
    title = chat._("Errors").unescape()
    content = await asyncio.to_thread(sheets.as_file, kind, rows, title)
    caption = file_screens.errors_caption(chat._, bad)
    await chat.send_document(f"errors.{kind}", content, caption)


def at_hand(chat: Chat, data: ClientFile) -> File:
    """The file a button speaks of."""
    file = File.remembered(chat.draft, data.upload)
    if file is None:
        raise Conflict(FORGOTTEN)
    return file
