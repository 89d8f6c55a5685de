"""The client centre: list and search, card and letters, switching on and off, erasing, export."""

from typing import Any

from aiogram import F, Router
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from markupsafe import Markup

from bot.clients import screens
from bot.clients.callbacks import ClientAction, ClientExport
from bot.kit import Chat, send_parts
from core.audit.service import Actor
from core.clients import erasing, exporting, own, queries, service
from core.clients.models import Client
from core.delivery import of_client
from core.errors import Invalid
from core.i18n import N_

router = Router(name="clients")

TEXT_EXPECTED = N_("A text is expected here.")
TYPED = F.text & ~F.text.startswith("/")


class ClientList(StatesGroup):
    """A text typed while the list is shown searches it."""

    shown = State()
    consent = State()


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
    counts = await queries.counted(chat.deps.cache, chat.user)
    async with chat.read() as (tx, _now):
        if query:
            page = await queries.page(tx, chat.user, offset, screens.PER_PAGE, search=query)
            screen = screens.found(chat._, page, query)
        else:
            page = await queries.list_page(tx, chat.user, counts.total, offset, screens.PER_PAGE)
            screen = screens.listing(chat._, page, counts, chat.draft.get("then"))
    await chat.ask(ClientList.shown, screen, search=query, contact=None, file=None)


@router.callback_query(ClientAction.filter(F.verb == "open"))
async def opened(_event: CallbackQuery, callback_data: ClientAction, chat: Chat) -> None:
    """The card."""
    async with chat.read() as (tx, _now):
        client = await queries.get(tx, chat.user, callback_data.id)
    await show_card(chat, client)


async def show_card(chat: Chat, client: Client, note: Markup | str = "", **changes: Any) -> None:
    """A client with every field."""
    own_fields = await own.kept(chat.deps.cache, chat.user)
    then = chat.draft.get("then")
    await chat.show(screens.card(chat._, client, chat.user, own_fields, then, note), **changes)


def actor(chat: Chat) -> Actor:
    """Who does it, for the log."""
    return Actor("bot", chat.user.name, chat.user.id)


@router.callback_query(ClientAction.filter(F.verb.in_({"on", "off"})))
async def switched(_event: CallbackQuery, callback_data: ClientAction, chat: Chat) -> None:
    """Switch a client on or off."""
    active = callback_data.verb == "on"
    async with chat.begin() as (tx, now):
        client = await service.set_active(tx, chat.user, callback_data.id, active, now, actor(chat))
    await show_card(chat, client)


@router.callback_query(ClientAction.filter(F.verb == "history"))
async def history(_event: CallbackQuery, callback_data: ClientAction, chat: Chat) -> None:
    """What the client got."""
    offset = max(0, callback_data.page) * screens.PER_PAGE
    async with chat.read() as (tx, _now):
        client = await queries.get(tx, chat.user, callback_data.id)
        page = await of_client.got(tx, client, offset, screens.PER_PAGE)
    await chat.show(screens.history(chat._, client, page, chat.user))


@router.callback_query(ClientAction.filter(F.verb == "back"))
async def ask_consent(_event: CallbackQuery, callback_data: ClientAction, chat: Chat) -> None:
    """Ask where an unsubscribed client agreed anew."""
    async with chat.read() as (tx, _now):
        client = await queries.get(tx, chat.user, callback_data.id)
    await chat.ask(ClientList.consent, screens.ask_consent(chat._, client), back=client.id)


@router.message(ClientList.consent, TYPED)
async def consent(event: Message, chat: Chat) -> None:
    """The client gets letters again; the consent is kept."""
    keys = erasing.keys(chat.deps.settings)
    async with chat.begin() as (tx, now):
        client = await service.resubscribe(
            tx, chat.user, chat.draft["back"], event.text or "", actor(chat), keys, now
        )
    await show_card(chat, client, chat._("The consent is noted: letters go out again."), back=None)


@router.callback_query(ClientAction.filter(F.verb == "erase"))
async def ask_erase(_event: CallbackQuery, callback_data: ClientAction, chat: Chat) -> None:
    """Say what it means first."""
    async with chat.read() as (tx, _now):
        client = await queries.get(tx, chat.user, callback_data.id)
    await chat.show(screens.ask_erase(chat._, client))


@router.callback_query(ClientAction.filter(F.verb == "erase_sure"))
async def erase(_event: CallbackQuery, callback_data: ClientAction, chat: Chat) -> None:
    """Erase a client everywhere."""
    keys = erasing.keys(chat.deps.settings)
    async with chat.begin() as (tx, now):
        held = await erasing.erase(tx, chat.user, callback_data.id, actor(chat), keys, now)
    note = chat._("The client is erased.")
    if held:
        note = chat._("The client is erased; the address stays without letters.")
    await chat.toast(note)
    await show_list(chat, "")


@router.callback_query(ClientAction.filter(F.verb == "export"))
async def export(_event: CallbackQuery, chat: Chat) -> None:
    """Which kind of file."""
    counts = await queries.counted(chat.deps.cache, chat.user)
    await chat.show(screens.export(chat._, counts.total))


@router.callback_query(ClientExport.filter(F.kind.in_({"xlsx", "csv"})))
async def exported(_event: CallbackQuery, callback_data: ClientExport, chat: Chat) -> None:
    """The file, or several of a very long list."""
    await chat.settle()
    await chat.wait()
    kind = callback_data.kind
    counts = await queries.counted(chat.deps.cache, chat.user)
    fields = await own.kept(chat.deps.cache, chat.user)
    async with chat.deps.sessions() as tx:
        writing = exporting.exported(tx, chat.user, fields, kind, chat._.locale)
        async with writing as files:
            await tx.rollback()  # nothing is held while Telegram takes them
            caption = chat._.plural("{n} client", "{n} clients", counts.total)
            await send_parts(chat, "clients", files, caption)


@router.message(ClientList.consent)
async def consent_expected(_event: Message, chat: Chat) -> None:
    """Something else than words."""
    raise Invalid(TEXT_EXPECTED)
