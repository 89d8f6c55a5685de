"""The first screens: greeting, home, help, language."""

from markupsafe import Markup

from bot.account.callbacks import AccountAction
from bot.account.phrases import day
from bot.admin.callbacks import AdminAction
from bot.blog.callbacks import BlogAction
from bot.clients.callbacks import ClientAction
from bot.kit import Button, Nav, Row, Screen
from bot.kit.screen import Style
from bot.mailings.callbacks import MailingAction
from bot.messages.callbacks import MessageAction
from bot.start.callbacks import StartAction
from core.i18n import LOCALES, Translator
from core.mail.addresses import show_email
from core.mailings.figures import Figures
from core.users.models import User

PARAGRAPH = Markup("\n\n")
LANGUAGES = {"ru": "Русский", "en": "English"}


def with_note(note: Markup | None, text: Markup) -> Markup:
    """A line about what just happened above a screen's text."""
    return PARAGRAPH.join((note, text)) if note else text


def greeting(
    _: Translator, note: Markup | None = None, *, begun: bool = False, open_: bool = True
) -> Screen:
    """For somebody who has not registered; `begun` when some answers have been given, `open_`
    when the registration would be taken."""
    text = _(
        "<b>Mail Center</b>\nYou write a letter here, in the chat, and your clients get it by "
        "e-mail: at once, at a chosen hour or on a schedule. Every letter is accounted for."
    )
    register = _("Go on with the registration") if begun else _("Register")
    if not open_:
        closed = _("Registration is by invitation: ask the administrator for a link.")
        text = PARAGRAPH.join((text, closed))
    other = next(locale for locale in LOCALES if locale != _.locale)
    rows = [
        [Button(register, AccountAction(verb="register"), style="primary")] if open_ else [],
        [
            Button(_("Sign in"), AccountAction(verb="sign_in")),
            Button(_("Blog"), BlogAction(verb="list")),
        ],
        [
            Button(_("How it works"), StartAction(verb="help")),
            Button(LANGUAGES[other], StartAction(verb="speak", locale=other)),
        ],
    ]
    return Screen(with_note(note, text), rows)


def home(_: Translator, user: User, figures: Figures, note: Markup | None = None) -> Screen:
    """What runs, what went out today, and where one can go."""
    lines = [_("<b>Mail Center</b> · {name}", name=user.name), *_figures(_, figures)]
    likely: Style | None = None if user.delete_at else "primary"
    rows: list[Row] = [
        [Button(_("New mailing"), MailingAction(verb="new"), style=likely)],
        [
            Button(_("Mailings"), MailingAction(verb="list")),
            Button(_("Messages"), MessageAction(verb="list")),
            Button(_("Clients"), ClientAction(verb="list")),
        ],
        [
            Button(_("Blog"), BlogAction(verb="list")),
            Button(_("Profile"), AccountAction(verb="profile")),
            Button(_("Help"), StartAction(verb="help")),
        ],
    ]
    if figures.standing_still:
        lines.append(_("🔧 Mail Center is being looked after: all is kept, nothing is sent now."))
    if user.is_admin and user.blocked_at is None:
        rows.append([Button(_("Administration"), AdminAction(verb="home"))])
    if user.email_confirmed_at is None:
        email = show_email(user.email)
        lines.append(_("✉ {email} is not confirmed yet; mailings start after that.", email=email))
        rows.insert(0, [Button(_("Confirm the address"), AccountAction(verb="proof"))])
    if standing := _standing(_, user):
        lines.append(standing)
    if user.delete_at:
        keep = Button(_("Keep my account"), AccountAction(verb="keep"), style="primary")
        rows.insert(0, [keep])
    return Screen(with_note(note, Markup("\n").join(lines)), rows)


def _standing(_: Translator, user: User) -> Markup | None:
    """Why nothing can be sent, if so."""
    if user.blocked_at:
        return _(
            "⛔ Your account is suspended: nothing is sent. Please write to the administrator."
        )
    if user.delete_at:
        when = day(user.delete_at, user.timezone, _.locale)
        return _("🗑 Your account is going to be erased on {day}.", day=when)
    if user.admission == "waiting" and user.email_confirmed_at:
        return _(
            "⏳ An administrator has to let you in before anything is sent. I will tell you here."
        )
    if user.admission == "refused":
        return _("⛔ An administrator has not let you in, so nothing can be sent.")
    return None


def _figures(_: Translator, figures: Figures) -> list[Markup]:
    if figures.empty:
        return [_("No mailing yet. The first one takes three minutes.")]
    states = [
        (figures.running, _.plural("{n} running", "{n} running", figures.running)),
        (figures.scheduled, _.plural("{n} scheduled", "{n} scheduled", figures.scheduled)),
        (figures.frozen, _.plural("{n} frozen", "{n} frozen", figures.frozen)),
    ]
    mailings = Markup(" · ").join(words for n, words in states if n)
    sent = _.plural("{n} sent", "{n} sent", figures.sent)
    failed = _.plural("{n} with an error", "{n} with errors", figures.failed)
    parts = [sent, failed] if figures.failed else [sent]
    today = _("Today: {figures}", figures=Markup(", ").join(parts))
    if not mailings:
        return [_("No mailing is running or waiting."), today]
    return [_("Mailings: {states}", states=mailings), today]


def language(_: Translator) -> Screen:
    """Which language to speak."""
    choices = [
        Button(
            ("✓ " if locale == _.locale else "") + name, StartAction(verb="speak", locale=locale)
        )
        for locale, name in LANGUAGES.items()
    ]
    return Screen(
        _("Which language shall we speak?"), [choices, [Button(_("‹ Back"), Nav(to="home"))]]
    )
