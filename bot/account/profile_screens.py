"""The profile and its questions."""

from collections.abc import Collection, Sequence
from datetime import datetime

from markupsafe import Markup

from bot.account.callbacks import AccountAction
from bot.account.screens import BREAK, label
from bot.account.smtp_callbacks import SmtpAction
from bot.kit import Button, Row, Screen, back, home_button
from bot.messages.callbacks import PROFILE, MessageAction
from bot.start.callbacks import StartAction
from core.accounts.quota import Standing
from core.i18n import Translator, number
from core.mail.addresses import show_email
from core.typed import shortened
from core.users.countries import country
from core.users.fields import show_phone
from core.users.models import User
from core.users.notices import KINDS
from core.users.zones import zone


def profile(
    _: Translator,
    user: User,
    now: datetime,
    awaited: str | None = None,
    note: Markup | None = None,
    standing: Standing | None = None,
) -> Screen:
    """All that was given, each with a button to change it; `awaited` is being confirmed."""
    place = zone(user.timezone, _.locale, now)
    proven = _("confirmed") if user.email_confirmed_at else _("not confirmed yet")
    lines = [
        _("<b>Profile</b>"),
        _("{field}: {value}", field=label(_, "name"), value=user.name),
        _(
            "{field}: {value} ({state})",
            field=label(_, "email"),
            value=show_email(user.email),
            state=proven,
        ),
        _("{field}: {value}", field=label(_, "phone"), value=show_phone(user.phone)),
        _(
            "{field}: {value}",
            field=label(_, "country"),
            value=country(user.country, _.locale).label,
        ),
        _(
            "{field}: {city}, now {clock}",
            field=label(_, "zone"),
            city=place.city,
            clock=place.clock,
        ),
    ]
    if user.signature:
        lines.append(_("Signature: {lines}", lines=_in_a_line(user.signature)))
    if awaited and awaited != user.email:
        lines.append(_("✉ {email} is waiting to be confirmed.", email=show_email(awaited)))
    if standing:
        lines.append(_quota(_, standing))
    text = BREAK.join([note, Markup(""), *lines] if note else lines)
    return Screen(text, _buttons(_, bool(awaited) or user.email_confirmed_at is None))


def _in_a_line(signature: str) -> str:
    return shortened(", ".join(signature.splitlines()), 80)


def _quota(_: Translator, standing: Standing) -> Markup:
    """How much may be sent, and who can change that."""
    return _(
        "📮 Letters today: {used} of {all}. An administrator can raise the limit.",
        used=number(standing.used, _.locale),
        all=number(standing.per_day, _.locale),
    )


def _buttons(_: Translator, waiting: bool) -> list[Row]:
    def edit(name: str) -> Button:
        return Button(label(_, name), AccountAction(verb="edit", name=name))

    confirm = Button(_("Confirm the address"), AccountAction(verb="proof"), style="primary")
    return [
        [confirm] if waiting else [],
        [edit("name"), edit("email")],
        [edit("phone"), edit("country")],
        [edit("zone"), Button(_("Language"), StartAction(verb="language"))],
        [
            Button(_("Photo"), AccountAction(verb="photo")),
            Button(_("Signature"), MessageAction(verb="signature", id=PROFILE)),
        ],
        [
            Button(_("Notices"), AccountAction(verb="notices")),
            Button(_("Quiet hours"), AccountAction(verb="quiet")),
        ],
        [
            Button(_("Own mailbox"), SmtpAction(verb="open")),
            Button(_("Devices"), AccountAction(verb="devices")),
        ],
        [Button(_("Data and account"), AccountAction(verb="data"))],
        [Button(_("Sign out of this chat"), AccountAction(verb="sign_out"))],
        [home_button(_)],
    ]


def notices(_: Translator, off: Collection[str]) -> Screen:
    """What comes by itself, each kind with a switch."""
    text = _("<b>Notices</b>\nWhat I write to you about by myself. Tap to turn it on or off.")
    rows = [
        [
            Button(
                _("{mark} {notice}", mark="☐" if kind in off else "☑", notice=_(name)),
                AccountAction(verb="unmute" if kind in off else "mute", name=kind),
            )
        ]
        for kind, name in KINDS.items()
    ]
    return choosing(_, text, rows)


def choosing(_: Translator, text: Markup, rows: Sequence[Row]) -> Screen:
    """A list to choose from."""
    return Screen(text, [*rows, [back(_, AccountAction(verb="profile"), _("Profile"))]])


def ask_name(_: Translator, user: User) -> Screen:
    """Another name."""
    text = _("You are called {name}. Type the new name, for example: Anna Petrova", name=user.name)
    return choosing(_, text, [])


def ask_email(_: Translator, user: User) -> Screen:
    """Another address; the old one stays until the new one is confirmed."""
    text = _(
        "Your address is {email}. Type the new one, for example: anna@example.org\n"
        "It counts from the moment you confirm it.",
        email=show_email(user.email),
    )
    return choosing(_, text, [])


def ask_phone(_: Translator, user: User) -> Screen:
    """Another phone number."""
    text = _(
        "Your phone is {phone}. Type the new number in any form, for example: (415) 555-2671",
        phone=show_phone(user.phone),
    )
    return choosing(_, text, [])


def ask_sign_out(_: Translator) -> Screen:
    """Signing out loses nothing, but says so first."""
    text = _(
        "Sign out of this chat? Your messages, clients and mailings stay, mailings go on. "
        "To come back you need a code from a letter."
    )
    yes = Button(_("Sign out"), AccountAction(verb="sign_out_sure"), style="danger")
    return Screen(text, [[yes], [back(_, AccountAction(verb="profile"), _("Profile"))]])
