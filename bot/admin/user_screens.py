"""A user as an administrator sees and changes one."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.account.phrases import day
from bot.account.screens import BREAK, label
from bot.admin.callbacks import AdminAction
from bot.admin.screens import mark
from bot.kit import Button, Row, Screen, back
from core.administration.queries import UserCard
from core.i18n import N_, Translator, number
from core.mail.addresses import show_email
from core.users.countries import Country, country
from core.users.fields import show_phone
from core.users.models import User
from core.users.zones import zone

FIELDS = {
    "name": "name",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "timezone": "zone",
}
EXAMPLES = {
    "name": N_("For example: Anna Petrova"),
    "email": N_("For example: anna@example.org. It counts as confirmed; the old one is told."),
    "phone": N_("In any form, for example: (415) 555-2671"),
    "country": N_("The beginning of its name, for example: Germ"),
    "timezone": N_("A large city, or the time on their clock, for example: 14:05"),
}
QUOTAS = (200, 1000, 5000, 20_000)
NO_PHONE = "—"


def card(
    _: Translator, found: UserCard, me: User, now: datetime, note: Markup | None = None
) -> Screen:
    """All that counts, and what can be done."""
    user = found.user
    place = zone(user.timezone, _.locale, now)
    lines = [
        _("<b>{name}</b> {mark}", name=user.name, mark=mark(user)),
        _("✉ {email} ({state})", email=show_email(user.email), state=_proven(_, user)),
        _("☎ {phone}", phone=show_phone(user.phone) if user.phone else NO_PHONE),
        _(
            "{country} · {city}, now {clock}",
            country=country(user.country, _.locale).label,
            city=place.city,
            clock=place.clock,
        ),
        _("Registered: {day}", day=day(user.created_at, me.timezone, _.locale)),
        _numbers(_, found),
        _quota(_, found),
        *_state(_, user, me),
    ]
    text = BREAK.join([note, Markup(""), *lines] if note else lines)
    return Screen(text, _buttons(_, found, me))


def _proven(_: Translator, user: User) -> Markup:
    return _("confirmed") if user.email_confirmed_at else _("not confirmed yet")


def _numbers(_: Translator, found: UserCard) -> Markup:
    return _(
        "Clients: {clients} · mailings: {mailings}, active {active} · chats: {chats}",
        clients=number(found.clients, _.locale),
        mailings=number(found.mailings, _.locale),
        active=number(found.active, _.locale),
        chats=found.chats,
    )


def _quota(_: Translator, found: UserCard) -> Markup:
    if found.quota is None:
        return _("Letters a day: no limit")
    return _(
        "Letters a day: {used} of {all} today",
        used=number(found.quota.used, _.locale),
        all=number(found.quota.per_day, _.locale),
    )


def _state(_: Translator, user: User, me: User) -> list[Markup]:
    lines = []
    if user.is_admin:
        lines.append(_("★ Administrator"))
    if user.admission == "waiting":
        lines.append(_("⏳ Waits to be let in"))
    if user.admission == "refused":
        lines.append(_("✗ Not let in"))
    if user.blocked_at:
        since = day(user.blocked_at, me.timezone, _.locale)
        lines.append(_("⛔ Suspended since {day}", day=since))
    if user.delete_at:
        when = day(user.delete_at, me.timezone, _.locale)
        lines.append(_("🗑 Asked to be erased on {day}", day=when))
    return lines


def _buttons(_: Translator, found: UserCard, me: User) -> list[Row]:
    user = found.user

    def to(verb: str) -> AdminAction:
        return AdminAction(verb=verb, id=user.id)

    approve = Button(_("Let in"), to("approve"), style="success")
    refuse = Button(_("Refuse"), to("refuse"), style="danger")
    admit: Row = [approve] if user.admission != "approved" else []
    if user.admission == "waiting":
        admit = [approve, refuse]
    suspend = Button(_("Suspend"), to("suspend"), style="danger")
    lift = Button(_("Lift the suspension"), to("lift"), style="success")
    return [
        admit,
        [Button(_("Change"), to("change")), Button(_("Letters a day"), to("quota"))],
        [Button(_("Mailings"), to("mailings"))] if found.mailings else [],
        [Button(_("Photo"), to("photo"))] if found.has_photo else [],
        [] if user.id == me.id else [lift if user.blocked_at else suspend],
        [back(_, AdminAction(verb="users"), _("Users"))],
    ]


def choose_field(_: Translator, user: User) -> Screen:
    """Which field to change."""
    text = _("<b>{name}</b>\nWhat shall be changed?", name=user.name)
    buttons = [
        Button(label(_, shown), AdminAction(verb="edit", id=user.id, name=name))
        for name, shown in FIELDS.items()
    ]
    rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    return Screen(text, [*rows, [_to_card(_, user)]])


def ask_field(_: Translator, user: User, name: str) -> Screen:
    """The new value, with how it should look."""
    text = _(
        "<b>{name}</b>\n{field} now: {value}\nType the new value. {example}",
        name=user.name,
        field=label(_, FIELDS[name]),
        value=_shown(_, user, name),
        example=_(EXAMPLES[name]),
    )
    return Screen(text, [[_to_card(_, user)]])


def _shown(_: Translator, user: User, name: str) -> str:
    value = str(getattr(user, name))
    if name == "email":
        return show_email(value)
    if name == "phone":
        return show_phone(value) if value else NO_PHONE
    return country(value, _.locale).label if name == "country" else value


def choose_country(_: Translator, user: User, found: Sequence[Country]) -> Screen:
    """Several were found."""
    rows: list[Row] = [
        [Button(each.label, AdminAction(verb="take", id=user.id, name=each.code))]
        for each in found[:8]
    ]
    text = _("Which of these? Or type more of the name.")
    return Screen(text, [*rows, [_to_card(_, user)]])


def ask_quota(_: Translator, user: User) -> Screen:
    """A few numbers, or any."""
    now = number(user.daily_quota, _.locale) if user.daily_quota else _("any number")
    text = _(
        "<b>{name}</b>\nHow many letters a day may their mailings send? Now: {now}. "
        "Choose, or type a number.",
        name=user.name,
        now=now,
    )
    buttons = [
        Button(number(n, _.locale), AdminAction(verb="take_quota", id=user.id, page=n))
        for n in QUOTAS
    ]
    free = Button(_("Any number"), AdminAction(verb="take_quota", id=user.id))
    return Screen(text, [buttons, [free], [_to_card(_, user)]])


def ask_suspend(_: Translator, found: UserCard) -> Screen:
    """What suspending means."""
    text = _.plural(
        "Suspend {name}? {n} active mailing is frozen at once, nothing new can be started, and "
        "they are signed out of the site.",
        "Suspend {name}? {n} active mailings are frozen at once, nothing new can be started, and "
        "they are signed out of the site.",
        found.active,
        name=found.user.name,
    )
    sure = AdminAction(verb="suspend_sure", id=found.user.id)
    yes = Button(_("Suspend"), sure, style="danger")
    return Screen(text, [[yes], [_to_card(_, found.user)]])


def _to_card(_: Translator, user: User) -> Button:
    return back(_, AdminAction(verb="user", id=user.id), user.name[:30])
