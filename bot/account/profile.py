"""The profile: look, change, sign out."""

from dataclasses import replace

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message
from markupsafe import Markup

from bot.account import profile_screens, proof
from bot.account.asking import list_countries, list_zones
from bot.account.callbacks import AccountAction
from bot.account.pictured import Pictured
from bot.account.states import Profile
from bot.kit import Chat
from bot.start.home import show_home
from core.accounts import quota
from core.errors import Conflict
from core.users import notices, photo, profile, service
from core.users.fields import check_email, check_phone, shared_phone
from core.users.models import User
from core.users.rules import check_name

router = Router(name="profile")

TYPED = F.text & ~F.text.startswith("/")


@router.callback_query(AccountAction.filter(F.verb == "profile"))
async def show(_event: CallbackQuery, chat: Chat) -> None:
    """All that was given."""
    await show_profile(chat, chat.user)


async def show_profile(chat: Chat, user: User, note: Markup | None = None) -> None:
    """The profile, after a change with a word about it."""
    async with chat.read() as (tx, now):
        standing = await quota.standing(tx, user.id, now)
        picture = await photo.of(tx, user.id)
    awaited = chat.account.waiting_email
    screen = profile_screens.profile(chat._, user, now, awaited, note, standing)
    if picture:
        screen = replace(screen, drawing=Pictured(screen, picture))
    await chat.done(screen)


@router.callback_query(AccountAction.filter(F.verb == "edit"))
async def edit(_event: CallbackQuery, callback_data: AccountAction, chat: Chat) -> None:
    """Ask for the field of this button."""
    _, user = chat._, chat.user
    if callback_data.name == "name":
        await chat.ask(Profile.name, profile_screens.ask_name(_, user))
    elif callback_data.name == "email":
        await chat.ask(Profile.email, profile_screens.ask_email(_, user))
    elif callback_data.name == "phone":
        await chat.ask(Profile.phone, profile_screens.ask_phone(_, user))
    elif callback_data.name == "country":
        await list_countries(chat, {})
    elif callback_data.name == "zone":
        await list_zones(chat, {})
    else:
        raise Conflict


@router.message(Profile.name, TYPED)
async def take_name(event: Message, chat: Chat) -> None:
    """Another name."""
    name = check_name(event.text or "")
    async with chat.begin() as (tx, _now):
        user = await profile.rename(tx, chat.user, name)
    await show_profile(chat, user, chat._("✓ Saved."))


@router.message(Profile.email, TYPED)
async def take_email(event: Message, chat: Chat) -> None:
    """Another address: it is proven like the first one."""
    email = check_email(event.text or "")
    if email == chat.user.email and chat.user.email_confirmed_at:
        await show_profile(chat, chat.user, chat._("That is your address already."))
        return
    async with chat.begin() as (tx, now):
        await service.change_email(tx, chat.account, chat.user, email, now)
    await proof.wait(chat, email)


@router.message(Profile.phone, F.contact)
async def take_contact(event: Message, chat: Chat) -> None:
    """A number by a shared contact."""
    assert event.contact  # noqa: S101  the filter has seen it
    await save_phone(chat, shared_phone(event.contact.phone_number).number)


@router.message(Profile.phone, TYPED)
async def take_phone(event: Message, chat: Chat) -> None:
    """A number in any form, of the owner's country without a code."""
    await save_phone(chat, check_phone(event.text or "", chat.user.country).number)


async def save_phone(chat: Chat, number: str) -> None:
    """Another phone number."""
    async with chat.begin() as (tx, _now):
        user = await profile.change_phone(tx, chat.user, number)
    await show_profile(chat, user, chat._("✓ Saved."))


async def take_country(chat: Chat, code: str) -> None:
    """Another country."""
    async with chat.begin() as (tx, _now):
        user = await profile.move(tx, chat.user, code)
    await show_profile(chat, user, chat._("✓ Saved."))


async def take_zone(chat: Chat, zone: str) -> None:
    """Another time zone."""
    async with chat.begin() as (tx, _now):
        user = await profile.change_zone(tx, chat.user, zone)
    await show_profile(chat, user, chat._("✓ Saved."))


@router.callback_query(AccountAction.filter(F.verb == "notices"))
async def show_notices(_event: CallbackQuery, chat: Chat) -> None:
    """What comes by itself."""
    async with chat.read() as (tx, _now):
        off = await notices.muted(tx, chat.user.id)
    await chat.show(profile_screens.notices(chat._, off))


@router.callback_query(AccountAction.filter(F.verb.in_({"mute", "unmute"})))
async def switch_notice(_event: CallbackQuery, callback_data: AccountAction, chat: Chat) -> None:
    """One kind on or off."""
    on = callback_data.verb == "unmute"
    async with chat.begin() as (tx, _now):
        off = await notices.switch(tx, chat.user, callback_data.name, on)
    await chat.show(profile_screens.notices(chat._, off))


@router.callback_query(AccountAction.filter(F.verb == "sign_out"))
async def ask_sign_out(_event: CallbackQuery, chat: Chat) -> None:
    """Ask first."""
    await chat.show(profile_screens.ask_sign_out(chat._))


@router.callback_query(AccountAction.filter(F.verb == "sign_out_sure"))
async def sign_out(_event: CallbackQuery, chat: Chat) -> None:
    """The chat belongs to nobody again."""
    async with chat.begin() as (tx, _now):
        await profile.sign_out(tx, chat.account)
    chat.become(None)
    await show_home(chat, chat._("You are signed out."))
