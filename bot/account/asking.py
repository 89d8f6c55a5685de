"""Questions with what they need to know: the form so far, the clock, what was searched."""

from datetime import datetime

from bot.account import profile_screens, screens
from bot.account.screens import Form
from bot.account.states import Profile, Registration
from bot.kit import Chat
from bot.start.home import FORM
from core.errors import Invalid
from core.users import fields, zone_search
from core.users.countries import countries, search
from core.users.rules import check_name
from core.users.zones import guess, zone, zones_of


def form_of(chat: Chat) -> dict[str, str]:
    """The registration's answers given so far."""
    return dict(chat.draft.get(FORM) or {})


async def ask(chat: Chat, step: str, form: Form, telegram_name: str = "") -> None:
    """Keep the answers and ask the question of a step."""
    kept = {FORM: dict(form)}
    if step == "name":
        screen = screens.ask_name(chat._, form, offered(telegram_name))
        await chat.ask(Registration.name, screen, **kept)
    elif step == "email":
        await chat.ask(Registration.email, screens.ask_email(chat._, form), **kept)
    elif step == "phone":
        await chat.ask(Registration.phone, screens.ask_phone(chat._, form), **kept)
    elif step == "country":
        await ask_country(chat, form)
    else:
        await ask_zone(chat, form)


def offered(telegram_name: str) -> str | None:
    """The name in Telegram, if a person can be called so."""
    try:
        return check_name(telegram_name)
    except Invalid:
        return None


async def ask_country(chat: Chat, form: Form, guessed: str | None = None) -> None:
    """The guess to be confirmed, or the list where there is none."""
    guessed = guessed or form.get("country") or fields.country_of(form.get("phone", ""))
    if guessed is None:
        await list_countries(chat, form)
        return
    screen = screens.ask_country(chat._, form, guessed)
    await chat.ask(Registration.country, screen, searched="", **{FORM: dict(form)})


async def ask_zone(chat: Chat, form: Form) -> None:
    """The likely zone, to be confirmed by what the clock shows there."""
    likely = guess(form["country"], form.get("phone"))
    shown = zone(likely, chat._.locale, await now_of(chat))
    screen = screens.ask_zone(chat._, form, shown)
    await chat.ask(Registration.zone, screen, searched="", **{FORM: dict(form)})


async def list_countries(chat: Chat, form: Form, page: int = 0, searched: str = "") -> None:
    """A page of all countries, or of those whose name was typed."""
    found = search(searched, chat._.locale) if searched else countries(chat._.locale)
    rows = screens.country_list(chat._, found, page, searched)
    text = screens.which_country(chat._, searched)
    if chat.account.user:
        screen = profile_screens.choosing(chat._, text, rows)
        await chat.ask(Profile.country, screen, searched=searched)
    else:
        screen = screens.question(chat._, "country", form, text, rows)
        await chat.ask(Registration.country, screen, searched=searched, **{FORM: dict(form)})


async def list_zones(chat: Chat, form: Form, page: int = 0, searched: str = "") -> None:
    """A page of the country's zones with the time there, or of those that were searched."""
    now, country, locale = await now_of(chat), country_of(chat, form), chat._.locale
    if searched:
        found = zone_search.search(searched, country, locale, now)
    else:
        found = zones_of(country, locale, now)
    rows = screens.zone_list(chat._, found, page, searched)
    text = screens.which_zone(chat._, found[0].clock)
    if chat.account.user:
        screen = profile_screens.choosing(chat._, text, rows)
        await chat.ask(Profile.zone, screen, searched=searched)
    else:
        screen = screens.question(chat._, "zone", form, text, rows)
        await chat.ask(Registration.zone, screen, searched=searched, **{FORM: dict(form)})


def country_of(chat: Chat, form: Form | None = None) -> str:
    """Where the person is: by the profile, or by the answers so far."""
    user = chat.account.user
    return user.country if user else (form or form_of(chat))["country"]


async def now_of(chat: Chat) -> datetime:
    """PostgreSQL's time."""
    async with chat.read() as (_tx, now):
        return now
