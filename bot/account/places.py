"""Picking a country and a time zone, in the registration and in the profile alike."""

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message

from bot.account import profile, registration
from bot.account.asking import country_of, form_of, list_countries, list_zones
from bot.account.callbacks import Place
from bot.account.states import Profile, Registration
from bot.kit import Chat
from core.errors import Conflict
from core.users import zone_search
from core.users.countries import country, search
from core.users.zones import known_zones

router = Router(name="places")

COUNTRY = StateFilter(Registration.country, Profile.country)
ZONE = StateFilter(Registration.zone, Profile.zone)
TYPED = F.text & ~F.text.startswith("/")


@router.callback_query(COUNTRY, Place.filter((F.kind == "country") & F.verb.in_({"page", "all"})))
async def show_countries(_event: CallbackQuery, callback_data: Place, chat: Chat) -> None:
    """Another page, or the whole list after a search."""
    searched = "" if callback_data.verb == "all" else chat.draft.get("searched") or ""
    await list_countries(chat, form_of(chat), max(0, callback_data.page), searched)


@router.message(COUNTRY, TYPED)
async def search_country(event: Message, chat: Chat) -> None:
    """The only one found is taken, several are shown."""
    typed = (event.text or "").strip()
    found = search(typed, chat._.locale)
    if len(found) == 1:
        await take_country(chat, found[0].code)
    else:
        await list_countries(chat, form_of(chat), 0, typed[:40])


@router.callback_query(COUNTRY, Place.filter((F.kind == "country") & (F.verb == "take")))
async def pick_country(_event: CallbackQuery, callback_data: Place, chat: Chat) -> None:
    """A country from the list, or the one that was guessed."""
    await take_country(chat, country(callback_data.value, chat._.locale).code)


async def take_country(chat: Chat, code: str) -> None:
    """Go on with whatever asked."""
    edge = profile if chat.account.user else registration
    await edge.take_country(chat, code)


@router.callback_query(ZONE, Place.filter((F.kind == "zone") & F.verb.in_({"page", "all"})))
async def show_zones(_event: CallbackQuery, callback_data: Place, chat: Chat) -> None:
    """The country's zones, or those that were found."""
    searched = "" if callback_data.verb == "all" else chat.draft.get("searched") or ""
    await list_zones(chat, form_of(chat), max(0, callback_data.page), searched)


@router.message(ZONE, TYPED)
async def search_zone(event: Message, chat: Chat) -> None:
    """By a city, or by the time that it is; the only one found is taken, several are shown."""
    typed = (event.text or "").strip()
    async with chat.read() as (_tx, now):
        found = zone_search.search(typed, country_of(chat), chat._.locale, now)
    if len(found) == 1:
        await take_zone(chat, found[0].name)
    else:
        await list_zones(chat, form_of(chat), 0, typed[:40])


@router.callback_query(ZONE, Place.filter((F.kind == "zone") & (F.verb == "take")))
async def pick_zone(_event: CallbackQuery, callback_data: Place, chat: Chat) -> None:
    """A zone from the list, or the one that was guessed."""
    if callback_data.value not in known_zones():
        raise Conflict
    await take_zone(chat, callback_data.value)


async def take_zone(chat: Chat, name: str) -> None:
    """Go on with whatever asked."""
    edge = profile if chat.account.user else registration
    await edge.take_zone(chat, name)
