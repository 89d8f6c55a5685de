"""The owner's own fields: listed, made, renamed, deleted."""

from aiogram import F, Router
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.clients import own_screens
from bot.clients.callbacks import ClientOwn
from bot.clients.handlers import TYPED
from bot.kit import Chat
from core.clients import own
from core.clients.own_values import KINDS
from core.errors import Conflict, Invalid
from core.i18n import N_

router = Router(name="own fields of clients")

Verb = ClientOwn.filter
A_NAME = N_("A name of 1 to {limit} characters is expected, for example: Birthday")


class OwnForms(StatesGroup):
    """What is being asked."""

    title = State()
    another_title = State()


@router.callback_query(Verb(F.verb == "list"))
async def listing(_event: CallbackQuery, chat: Chat) -> None:
    """All of them."""
    fields = await own.kept(chat.deps.cache, chat.user)
    await chat.show(own_screens.listing(chat._, fields), own=None)


@router.callback_query(Verb(F.verb == "new"))
async def new(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for a title."""
    assert chat.user  # noqa: S101  a guest is told to register
    await chat.ask(OwnForms.title, own_screens.ask_title(chat._))


@router.message(OwnForms.title, TYPED)
async def title(event: Message, chat: Chat) -> None:
    """Check the title, then ask what stands in the field."""
    typed = own.check_title(event.text or "")
    own.check_key(typed)
    await chat.show(own_screens.ask_kind(chat._, typed), own={"title": typed})


@router.callback_query(Verb((F.verb == "kind") & F.kind.in_(KINDS)))
async def kind(_event: CallbackQuery, callback_data: ClientOwn, chat: Chat) -> None:
    """The field is there."""
    given = chat.draft.get("own") or {}
    if "title" not in given:
        raise Conflict
    async with chat.begin() as (tx, now):
        await own.add(tx, chat.user, given["title"], callback_data.kind, now)
    fields = await own.kept(chat.deps.cache, chat.user)
    note = chat._("The field “{title}” is there.", title=given["title"])
    await chat.show(own_screens.listing(chat._, fields, note), own=None)


@router.callback_query(Verb(F.verb == "open"))
async def opened(_event: CallbackQuery, callback_data: ClientOwn, chat: Chat) -> None:
    """One field."""
    async with chat.read() as (tx, _now):
        field = await own.get(tx, chat.user, callback_data.id)
        filled = await own.filled(tx, chat.user)
    await chat.show(own_screens.opened(chat._, field, filled))


@router.callback_query(Verb(F.verb == "rename"))
async def ask_rename(_event: CallbackQuery, callback_data: ClientOwn, chat: Chat) -> None:
    """Ask for another title."""
    async with chat.read() as (tx, _now):
        field = await own.get(tx, chat.user, callback_data.id)
    await chat.ask(
        OwnForms.another_title, own_screens.ask_rename(chat._, field), own={"id": field.id}
    )


@router.message(OwnForms.another_title, TYPED)
async def rename(event: Message, chat: Chat) -> None:
    """The other title."""
    async with chat.begin() as (tx, _now):
        field = await own.rename(tx, chat.user, chat.draft["own"]["id"], event.text or "")
        filled = await own.filled(tx, chat.user)
    await chat.show(own_screens.opened(chat._, field, filled), own=None)


@router.callback_query(Verb(F.verb == "remove"))
async def ask_remove(_event: CallbackQuery, callback_data: ClientOwn, chat: Chat) -> None:
    """Say what it means first."""
    async with chat.read() as (tx, _now):
        field = await own.get(tx, chat.user, callback_data.id)
        filled = await own.filled(tx, chat.user)
    await chat.show(own_screens.ask_remove(chat._, field, filled.get(field.key, 0)))


@router.callback_query(Verb(F.verb == "remove_sure"))
async def remove(_event: CallbackQuery, callback_data: ClientOwn, chat: Chat) -> None:
    """Delete the field at once, then its values slice by slice: nobody waits for a long list."""
    async with chat.begin() as (tx, _now):
        key = await own.remove(tx, chat.user, callback_data.id)
    more = True
    while more:
        async with chat.deps.sessions.begin() as tx:
            more = await own.forget_values(tx, chat.user, key)
    fields = await own.kept(chat.deps.cache, chat.user)
    await chat.show(own_screens.listing(chat._, fields, chat._("The field is deleted.")))


@router.message(OwnForms.title)
@router.message(OwnForms.another_title)
async def text_expected(_event: Message, chat: Chat) -> None:
    """Something else than a text."""
    raise Invalid(A_NAME, limit=own.MAX_TITLE)
