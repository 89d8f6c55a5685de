"""Screens of registration, and the lists of countries and time zones."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from markupsafe import Markup

from bot.account.callbacks import AccountAction, Place
from bot.kit import Button, Nav, Row, Screen, back, pager
from core.i18n import N_, Translator
from core.mail.addresses import show_email
from core.users.countries import Country, country
from core.users.fields import show_phone
from core.users.zones import Zone

PER_PAGE = 8
STEPS = ("name", "email", "phone", "country", "zone")
LABELS = {
    "name": N_("Name"),
    "email": N_("E-mail"),
    "phone": N_("Phone"),
    "country": N_("Country"),
    "zone": N_("Time zone"),
}
BACK = N_("‹ Back")
BREAK = Markup("\n")
PARAGRAPH = Markup("\n\n")

Form = Mapping[str, str]
Item = TypeVar("Item")


def label(_: Translator, name: str) -> Markup:
    """The name of a field."""
    return _(LABELS[name])


def question(
    _: Translator,
    step: str,
    form: Form,
    text: Markup,
    rows: Sequence[Row] = (),
    contact: Markup | None = None,
) -> Screen:
    """One question of the registration under what was given so far."""
    number = STEPS.index(step) + 1
    title = _("<b>Registration</b> · {no} of {total}", no=number, total=len(STEPS))
    given = [_given(_, name, form[name]) for name in STEPS[: number - 1] if name in form]
    body = PARAGRAPH.join((BREAK.join((title, *given)), text))
    before = STEPS[number - 2] if number > 1 else None
    data = AccountAction(verb="step", name=before) if before else Nav(to="home")
    if contact:
        return Screen(body, contact=contact, leave=_(BACK))
    return Screen(body, [*rows, [back(_, data)]])


def _given(_: Translator, name: str, value: str) -> Markup:
    if name == "email":
        value = show_email(value)
    elif name == "phone":
        value = show_phone(value)
    elif name == "country":
        value = country(value, _.locale).label
    return _("✓ {field}: {value}", field=label(_, name), value=value)


def ask_name(_: Translator, form: Form, offered: str | None) -> Screen:
    """What to call the owner; the name in Telegram is offered."""
    text = _("What is your name? Clients may see it as the sender. For example: Anna Petrova")
    take = AccountAction(verb="take_name")
    rows = [[Button(offered, take, style="primary")]] if offered else []
    return question(_, "name", form, text, rows)


def ask_email(_: Translator, form: Form) -> Screen:
    """Where the confirmation goes."""
    text = _(
        "Your e-mail address? A letter with a link goes there at the end. "
        "For example: anna@example.org"
    )
    return question(_, "email", form, text)


def ask_phone(_: Translator, form: Form) -> Screen:
    """By a button or typed; the buttons stand where a keyboard would."""
    text = _(
        "Your phone number? Press “{button}” below or type it in any form, "
        "for example: (415) 555-2671",
        button=_("Share my number"),
    )
    return question(_, "phone", form, text, contact=_("Share my number"))


def ask_country(_: Translator, form: Form, guessed: str) -> Screen:
    """The country of the phone, to be confirmed by one tap."""
    found = country(guessed, _.locale)
    text = _("Your country: {country}?", country=found.label)
    take = Place(kind="country", verb="take", value=found.code)
    rows: list[Row] = [
        [Button(_("Yes, {country}", country=found.name), take, style="primary")],
        [Button(_("Another country"), Place(kind="country", verb="page"))],
    ]
    return question(_, "country", form, text, rows)


def ask_zone(_: Translator, form: Form, guessed: Zone) -> Screen:
    """The clock of the guessed zone, to be confirmed by one tap."""
    text = _(
        "Is it {clock} where you are now ({city})? Mailings start by your clock. "
        "You can also type your city, or the time on your clock.",
        clock=guessed.clock,
        city=guessed.city,
    )
    take = Place(kind="zone", verb="take", value=guessed.name)
    rows: list[Row] = [
        [Button(_("Yes, {clock}", clock=guessed.clock), take, style="primary")],
        [Button(_("Another time"), Place(kind="zone", verb="page"))],
    ]
    return question(_, "zone", form, text, rows)


def country_list(_: Translator, found: Sequence[Country], page: int, searched: str) -> list[Row]:
    """Countries as buttons, two a row."""
    page = min(page, (len(found) - 1) // PER_PAGE)
    buttons = [
        Button(c.label, Place(kind="country", verb="take", value=c.code))
        for c in _slice(found, page)
    ]
    rows: list[Row] = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    turn = pager(
        _, page, len(found), PER_PAGE, lambda n: Place(kind="country", verb="page", page=n)
    )
    everything = Button(_("All countries"), Place(kind="country", verb="all"))
    return [*rows, turn, [everything] if searched else []]


def zone_list(_: Translator, found: Sequence[Zone], page: int, searched: str = "") -> list[Row]:
    """Zones as buttons with what the clock shows there now."""
    page = min(page, (len(found) - 1) // PER_PAGE)
    rows: list[Row] = [
        [Button(z.label, Place(kind="zone", verb="take", value=z.name))]
        for z in _slice(found, page)
    ]
    turn = pager(_, page, len(found), PER_PAGE, lambda n: Place(kind="zone", verb="page", page=n))
    everything = Button(_("All time zones"), Place(kind="zone", verb="all"))
    return [*rows, turn, [everything] if searched else []]


def _slice(found: Sequence[Item], page: int) -> Sequence[Item]:
    return found[page * PER_PAGE : (page + 1) * PER_PAGE]


def which_country(_: Translator, searched: str) -> Markup:
    """The question above the list of countries."""
    if searched:
        return _("Countries by “{searched}”. Choose one, or type another name.", searched=searched)
    return _("Which country? Choose it, or type the beginning of its name.")


def which_zone(_: Translator, clock: str) -> Markup:
    """The question above the list of zones."""
    return _(
        "What time is it where you are? Choose it, or type it ({clock}) or a large city near you.",
        clock=clock,
    )
