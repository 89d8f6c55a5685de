"""The client centre: list and search, card, switching on and off, export."""

import asyncio

from aiogram import F, Router
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.clients import screens
from bot.clients.callbacks import ClientAction, ClientExport
from bot.kit import Chat
from core.clients import queries, service, sheets

router = Router(name="clients")

TYPED = F.text & ~F.text.startswith("/")


class ClientList(StatesGroup):
    """A text typed while the list is shown searches it."""

    shown = State()


@router.callback_query(ClientAction.filter(F.verb == "list"))
async def listing(_event: CallbackQuery, callback_data: ClientAction, chat: Chat) -> None:
    """A page of the list, or of what was searched."""
    await show_list(chat, chat.draft.get("search") or "", callback_data.page)


@router.callback_query(ClientAction.filter(F.verb == "everybody"))
async def everybody(_event: CallbackQuery, chat: Chat) -> None:
    """The whole list again."""
    await show_list(chat, "")


@router.message(ClientList.shown, TYPED)
async def search(event: Message, chat: Chat) -> None:
    """Search the list."""
    await show_list(chat, (event.text or "").strip())


async def show_list(chat: Chat, query: str, number: int = 0) -> None:
    """Show a page and wait for a search."""
    offset = max(0, number) * screens.PER_PAGE
    async with chat.read() as (tx, _now):
        page = await queries.page(tx, chat.user, offset, screens.PER_PAGE, search=query)
        counts = await queries.counts(tx, chat.user)
    if query:
        screen = screens.found(chat._, page, query)
    else:
        screen = screens.listing(chat._, page, counts, chat.draft.get("then"))
    await chat.ask(ClientList.shown, screen, search=query, contact=None, file=None)


@router.callback_query(ClientAction.filter(F.verb == "open"))
async def opened(_event: CallbackQuery, callback_data: ClientAction, chat: Chat) -> None:
    """The card."""
    async with chat.read() as (tx, _now):
        client = await queries.get(tx, chat.user, callback_data.id)
    await chat.show(screens.card(chat._, client, chat.user))


@router.callback_query(ClientAction.filter(F.verb.in_({"on", "off"})))
async def switched(_event: CallbackQuery, callback_data: ClientAction, chat: Chat) -> None:
    """Switch a client on or off."""
    active = callback_data.verb == "on"
    async with chat.begin() as (tx, now):
        client = await service.set_active(tx, chat.user, callback_data.id, active, now)
    await chat.show(screens.card(chat._, client, chat.user))


@router.callback_query(ClientAction.filter(F.verb == "export"))
async def export(_event: CallbackQuery, chat: Chat) -> None:
    """Which kind of file."""
    async with chat.read() as (tx, _now):
        counts = await queries.counts(tx, chat.user)
    await chat.show(screens.export(chat._, counts.total))


@router.callback_query(ClientExport.filter(F.kind.in_({"xlsx", "csv"})))
async def exported(_event: CallbackQuery, callback_data: ClientExport, chat: Chat) -> None:
    """The file."""
    await chat.wait()
    kind = callback_data.kind
    async with chat.read() as (tx, _now):
        rows = sheets.client_rows(chat._, await queries.everybody(tx, chat.user))
    title = chat._("Clients").unescape()
    content = await asyncio.to_thread(sheets.as_file, kind, rows, title)
    caption = chat._.plural("{n} client", "{n} clients", len(rows) - 1)
    await chat.send_document(f"clients.{kind}", content, caption)
