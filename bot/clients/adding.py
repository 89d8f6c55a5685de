"""Adding clients by typed lines or a contact, and changing one field of a client."""

from typing import Any

from aiogram import F, Router
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Contact, Message

from bot.clients import file_screens, screens
from bot.clients.callbacks import ClientAction, ClientField
from bot.clients.handlers import TEXT_EXPECTED, TYPED, actor, show_card
from bot.clients.site_files import upload_page
from bot.clients.words import EDITABLE
from bot.kit import Chat
from core.clients import erasing, importing, own, queries, service, vcard, writing
from core.clients.fields import check_phone
from core.clients.forms import ClientForm, check_form
from core.clients.models import OwnField
from core.errors import Invalid, NotFound
from core.i18n import N_

router = Router(name="adding clients")

KNOWN = ClientField.filter(F.field.in_(EDITABLE) | F.field.regexp(r"^own\d{1,18}$"))
LINE_EXPECTED = N_(
    "A line of text about a client, a contact or a file is expected here, for example:"
    " Anna Petrova anna@example.org +7 999 123-45-67, vip"
)


class ClientForms(StatesGroup):
    """What is being asked."""

    line = State()
    address = State()
    field = State()


@router.callback_query(ClientAction.filter(F.verb == "new"))
async def begin(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for lines."""
    assert chat.user  # noqa: S101  a guest is told to register
    page = await upload_page(chat)
    await chat.ask(ClientForms.line, screens.ask_line(chat._, page), contact=None)


@router.message(ClientForms.line, TYPED)
async def lines(event: Message, chat: Chat) -> None:
    """One client or several; those that are right are kept at once."""
    await take_lines(chat, (event.text or "").splitlines())


@router.callback_query(ClientAction.filter(F.verb == "found"))
async def add_searched(_event: CallbackQuery, chat: Chat) -> None:
    """What was searched for and not found becomes a client."""
    await take_lines(chat, [chat.draft.get("search") or ""])


async def take_lines(chat: Chat, typed: list[str]) -> None:
    """Keep the right lines, ask for the others again."""
    done = importing.sort_lines(typed, chat.user.country)
    if not done.forms and done.bad:
        raise done.bad[0].reason
    if not done.forms:
        raise Invalid(LINE_EXPECTED)
    if len(done.forms) == 1 and not done.bad:
        await keep(chat, done.forms[0])
        return
    async with chat.begin() as (tx, now):
        keys = erasing.keys(chat.deps.settings)
        imported = await writing.import_rows(tx, chat.user, done.forms, now, keys)
    then = chat.draft.get("then")
    screen = file_screens.result(chat._, imported, done.repeats, len(done.bad), then)
    if done.bad:
        refused = file_screens.refused_lines(chat._, screen, done.bad)
        await chat.ask_again(ClientForms.line, refused, search=None)
    else:
        await chat.show(screen, search=None)


async def keep(chat: Chat, form: ClientForm) -> None:
    """Write one client, new or known, and show the card."""
    async with chat.begin() as (tx, now):
        keys = erasing.keys(chat.deps.settings)
        imported = await writing.import_rows(tx, chat.user, [form], now, keys)
        client = await queries.by_email(tx, chat.user, form.email)
    if client is None:
        raise NotFound
    note = (
        chat._("The client is added.")
        if imported.new
        else chat._("This address was in the list already; what is new was added.")
    )
    await show_card(chat, client, note, search=None, contact=None)


@router.message(F.contact)
async def contact(event: Message, chat: Chat) -> None:
    """A contact, shared or forwarded; Telegram's seldom have an address."""
    assert event.contact  # noqa: S101  the filter
    typed = fields_of(event.contact, chat.user.country)
    if "email" in typed:
        await keep(chat, check_form(typed, chat.user.country))
        return
    name = f"{typed['first_name']} {typed['last_name']}".strip()
    screen = screens.ask_address(chat._, name, typed["phone"])
    await chat.ask(ClientForms.address, screen, contact=typed)


def fields_of(contact: Contact, country: str) -> dict[str, str]:
    """What a contact says, as typed fields."""
    typed = {
        "first_name": contact.first_name,
        "last_name": contact.last_name or "",
        "phone": _phone(contact.phone_number, country),
    }
    card = next(vcard.rows((contact.vcard or "").encode()), [])
    written = importing.typed_fields(card, vcard.COLUMNS)
    more = ("email", "company", "city", "country", "comment")
    return typed | {field: written[field] for field in more if written.get(field)}


def _phone(number: str, country: str) -> str:
    # Telegram gives international numbers without their plus; short ones are not kept.
    for spelling in (f"+{number.lstrip('+')}", number):
        try:
            return check_phone(spelling, country) or ""
        except Invalid:
            continue
    return ""


@router.message(ClientForms.address, TYPED)
async def address(event: Message, chat: Chat) -> None:
    """The address of the contact."""
    typed: dict[str, Any] = chat.draft["contact"]
    await keep(chat, check_form(typed | {"email": event.text or ""}, chat.user.country))


@router.callback_query(ClientAction.filter(F.verb == "edit"))
async def edit(_event: CallbackQuery, callback_data: ClientAction, chat: Chat) -> None:
    """Which field."""
    async with chat.read() as (tx, _now):
        client = await queries.get(tx, chat.user, callback_data.id)
    fields = await own.kept(chat.deps.cache, chat.user)
    await chat.show(screens.edit(chat._, client, fields))


@router.callback_query(ClientField.filter(F.verb == "ask"), KNOWN)
async def ask_field(_event: CallbackQuery, callback_data: ClientField, chat: Chat) -> None:
    """Ask for the new value."""
    async with chat.read() as (tx, _now):
        client = await queries.get(tx, chat.user, callback_data.id)
    fields = await own.kept(chat.deps.cache, chat.user)
    check_known(callback_data.field, fields)
    screen = screens.ask_field(chat._, client, callback_data.field, fields)
    change = {"id": client.id, "field": callback_data.field}
    await chat.ask(ClientForms.field, screen, change=change)


@router.callback_query(ClientField.filter(F.verb == "empty"), KNOWN)
async def empty_field(_event: CallbackQuery, callback_data: ClientField, chat: Chat) -> None:
    """Leave a field empty."""
    await write_field(chat, callback_data.id, callback_data.field, "")


@router.message(ClientForms.field, TYPED)
async def field(event: Message, chat: Chat) -> None:
    """The new value."""
    change = chat.draft["change"]
    await write_field(chat, change["id"], change["field"], event.text or "")


async def write_field(chat: Chat, client_id: int, field: str, typed: str) -> None:
    """Write one field and show the card."""
    async with chat.begin() as (tx, now):
        client = await service.edit(tx, chat.user, client_id, now, actor(chat), **{field: typed})
    await show_card(chat, client, chat._("Changed."), change=None)


def check_known(field: str, fields: list[OwnField]) -> None:
    """An own field may have been deleted since its button was shown."""
    if field not in EDITABLE and field not in map(own.column_of, fields):
        raise NotFound


@router.message(ClientForms.line, ~F.document)
async def line_expected(_event: Message, chat: Chat) -> None:
    """A sticker or a picture in place of a line."""
    raise Invalid(LINE_EXPECTED)


@router.message(ClientForms.address)
@router.message(ClientForms.field)
async def text_expected(_event: Message, chat: Chat) -> None:
    """Something else than a text."""
    raise Invalid(TEXT_EXPECTED)
