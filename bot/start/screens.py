"""The first screens: greeting, home, help, language."""

from markupsafe import Markup

from bot.account.callbacks import AccountAction
from bot.blog.callbacks import BlogAction
from bot.clients.callbacks import ClientAction
from bot.kit import Button, Nav, Row, Screen, home_button
from bot.mailings.callbacks import MailingAction
from bot.messages.callbacks import MessageAction
from bot.start.callbacks import StartAction
from core.i18n import LOCALES, Translator
from core.mailings.figures import Figures
from core.users.fields import show_email
from core.users.models import User

PARAGRAPH = Markup("\n\n")
LANGUAGES = {"ru": "Русский", "en": "English"}


def with_note(note: Markup | None, text: Markup) -> Markup:
    """A line about what just happened above a screen's text."""
    return PARAGRAPH.join((note, text)) if note else text


def greeting(_: Translator, note: Markup | None = None, *, begun: bool = False) -> Screen:
    """For somebody who has not registered; `begun` when some answers have been given."""
    text = _(
        "<b>Mail Center</b>\nYou write a letter here, in the chat, and your clients get it by "
        "e-mail: at once, at a chosen hour or on a schedule. Every letter is accounted for."
    )
    register = _("Go on with the registration") if begun else _("Register")
    other = next(locale for locale in LOCALES if locale != _.locale)
    rows = [
        [Button(register, AccountAction(verb="register"), style="primary")],
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
    rows: list[Row] = [
        [Button(_("New mailing"), MailingAction(verb="new"), style="primary")],
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
    if user.email_confirmed_at is None:
        email = show_email(user.email)
        lines.append(_("✉ {email} is not confirmed yet; mailings start after that.", email=email))
        rows.insert(0, [Button(_("Confirm the address"), AccountAction(verb="proof"))])
    return Screen(with_note(note, Markup("\n").join(lines)), rows)


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
    failed = _.plural("{n} with an error", "{n} with an error", figures.failed)
    parts = [sent, failed] if figures.failed else [sent]
    today = _("Today: {figures}", figures=Markup(", ").join(parts))
    if not mailings:
        return [_("No mailing is running or waiting."), today]
    return [_("Mailings: {states}", states=mailings), today]


def helping(_: Translator, *, registered: bool) -> Screen:
    """How it works, in four steps."""
    text = _(
        "<b>How it works</b>\n"
        "1. <b>Message.</b> Send a text as you would to a friend, with bold, links and pictures: "
        "it becomes a letter.\n"
        "2. <b>Clients.</b> Drop a table into the chat, forward a contact or type a line.\n"
        "3. <b>Mailing.</b> Choose who, when and how often, and press “Launch”. It can be frozen "
        "at any moment: it stops at the next letter.\n"
        "4. <b>Account.</b> For every recipient you see what the mail server replied."
    )
    commands = _(
        "/start — the first screen\n/blog — the blog\n/cancel — leave what was begun\n"
        "/language — русский, English\n/help — this page, or help with the step you are at"
    )
    return Screen(PARAGRAPH.join((text, commands)), [_way_on(_, registered)])


def _way_on(_: Translator, registered: bool) -> Row:
    if registered:
        return [home_button(_)]
    register = Button(_("Register"), AccountAction(verb="register"), style="primary")
    return [register, home_button(_)]


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


def step_help(_: Translator, *, registering: bool) -> Markup:
    """Help in the middle of a question, which is asked again below."""
    if registering:
        return _(
            "The registration has five short questions. The address gets a letter with a link: "
            "it shows that the letters you send come from you. To leave: /cancel."
        )
    return _(
        "Answer the question below by a message or press one of its buttons. "
        "Nothing is kept until the last step. To leave: /cancel."
    )
