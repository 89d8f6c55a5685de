"""Changing what is kept of a user, how much they may send, whether they may at all."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message
from markupsafe import Markup

from bot.admin import user_screens as screens
from bot.admin.callbacks import Admin, AdminAction
from bot.admin.users import TYPED, show_user
from bot.kit import Chat
from core.administration import queries, service
from core.errors import Conflict
from core.users import countries, fields, zone_search
from core.users.models import User
from core.users.rules import check_name

router = Router(name="changes of users")
Verb = AdminAction.filter

STATES = {
    "name": Admin.name,
    "email": Admin.email,
    "phone": Admin.phone,
    "country": Admin.country,
    "timezone": Admin.timezone,
}
WHOSE = "whose"


@router.callback_query(Verb(F.verb == "change"))
async def choose(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """Which field."""
    await chat.show(screens.choose_field(chat._, await looked_at(chat, callback_data.id)))


@router.callback_query(Verb(F.verb == "edit"))
async def ask(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """The field's new value."""
    if callback_data.name not in STATES:
        raise Conflict
    user = await looked_at(chat, callback_data.id)
    screen = screens.ask_field(chat._, user, callback_data.name)
    await chat.ask(STATES[callback_data.name], screen, **{WHOSE: user.id})


async def looked_at(chat: Chat, user_id: int) -> User:
    """The user, for an administrator."""
    async with chat.read() as (tx, now):
        return (await queries.card(tx, chat.user, user_id, now)).user


@router.message(Admin.name, TYPED)
async def take_name(event: Message, chat: Chat) -> None:
    await save(chat, "name", check_name(event.text or ""))


@router.message(Admin.email, TYPED)
async def take_email(event: Message, chat: Chat) -> None:
    await save(chat, "email", fields.check_email(event.text or ""))


@router.message(Admin.phone, TYPED)
async def take_phone(event: Message, chat: Chat) -> None:
    user = await looked_at(chat, whose(chat))
    await save(chat, "phone", fields.check_phone(event.text or "", user.country).number)


@router.message(Admin.country, TYPED)
async def take_country(event: Message, chat: Chat) -> None:
    """The only one found is taken, several are offered."""
    found = countries.search((event.text or "").strip(), chat._.locale)
    if len(found) == 1:
        await save(chat, "country", found[0].code)
        return
    user = await looked_at(chat, whose(chat))
    await chat.ask(Admin.country, screens.choose_country(chat._, user, found))


@router.message(Admin.timezone, TYPED)
async def take_zone(event: Message, chat: Chat) -> None:
    """The likeliest one is taken."""
    user = await looked_at(chat, whose(chat))
    async with chat.read() as (_tx, now):
        found = zone_search.search(event.text or "", user.country, chat._.locale, now)
    await save(chat, "timezone", found[0].name)


@router.callback_query(Admin.country, Verb(F.verb == "take"))
async def pick_country(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """One of those offered."""
    await save(chat, "country", countries.country(callback_data.name, chat._.locale).code)


def whose(chat: Chat) -> int:
    """Who is being changed."""
    found = chat.draft.get(WHOSE)
    if found is None:
        raise Conflict
    return int(found)


async def save(chat: Chat, field: str, value: str) -> None:
    """Another value."""
    async with chat.begin() as (tx, now):
        user = await service.change(tx, chat.user, whose(chat), field, value, now)
    await show_user(chat, user.id, chat._("✓ Saved."))


# ----------------------------------------------------------------------- how much


@router.callback_query(Verb(F.verb == "quota"))
async def ask_quota(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """A few numbers to choose from, or any."""
    user = await looked_at(chat, callback_data.id)
    await chat.ask(Admin.quota, screens.ask_quota(chat._, user), **{WHOSE: user.id})


@router.message(Admin.quota, TYPED)
async def type_quota(event: Message, chat: Chat) -> None:
    """Any number."""
    await set_quota(chat, whose(chat), service.check_quota(event.text or ""))


@router.callback_query(Verb(F.verb == "take_quota"))
async def take_quota(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """One of those offered."""
    number = callback_data.page
    await set_quota(chat, callback_data.id, service.check_quota(str(number)) if number else None)


async def set_quota(chat: Chat, user_id: int, per_day: int | None) -> None:
    """So many letters a day from now on."""
    async with chat.begin() as (tx, now):
        await service.set_quota(tx, chat.user, user_id, per_day, now)
    await show_user(chat, user_id, chat._("✓ Saved."))


# ------------------------------------------------------------------- whether at all


@router.callback_query(Verb(F.verb == "suspend"))
async def ask_suspend(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """Say what it means first."""
    async with chat.read() as (tx, now):
        card = await queries.card(tx, chat.user, callback_data.id, now)
    await chat.show(screens.ask_suspend(chat._, card))


@router.callback_query(Verb(F.verb == "suspend_sure"))
async def suspend(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """Everything of theirs stands still."""
    async with chat.begin() as (tx, now):
        await service.suspend(tx, chat.user, callback_data.id, now)
    await show_user(chat, callback_data.id, chat._("✓ Suspended: all their mailings are frozen."))


@router.callback_query(Verb(F.verb == "lift"))
async def lift(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """They may send again."""
    async with chat.begin() as (tx, now):
        await service.lift(tx, chat.user, callback_data.id, now)
    note = chat._("✓ They may send again; what was frozen waits for them to go on with it.")
    await show_user(chat, callback_data.id, note)


@router.callback_query(Verb(F.verb.in_({"approve", "refuse"})))
async def admit(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """Another answer than before, or the first."""
    answer = "approved" if callback_data.verb == "approve" else "refused"
    async with chat.begin() as (tx, now):
        await service.revise(tx, chat.user, callback_data.id, answer, now)
    note: Markup = chat._("✓ Let in.") if answer == "approved" else chat._("✓ Not let in.")
    await show_user(chat, callback_data.id, note)
