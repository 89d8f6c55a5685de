"""One message: its card, and what is asked about it."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back
from bot.mailings import list_screens as mailing_lists
from bot.mailings.callbacks import MailingAction
from bot.messages import file_screens, list_screens
from bot.messages.callbacks import MessageAction
from bot.messages.rendition import for_chat
from core.i18n import N_, Translator
from core.mailings.models import Mailing
from core.messages.models import Message, MessageVersion
from core.scheduling.phrases import moment
from core.typed import shortened
from core.users.models import User

PARAGRAPH = Markup("\n\n")
LAYOUTS = {"letter": N_("Letter"), "plain": N_("Plain"), "card": N_("Card")}
_FIRST_LINES = 350
SHOWN_MAILINGS = 5


def card(
    _: Translator,
    message: Message,
    signature: str | None = None,
    then: str | None = None,
    note: Markup | str = "",
) -> Screen:
    """One message: what it says and what can be done with it; `signature` is its owner's."""
    title = _("Message · Active") if message.active else _("Message · Inactive")
    text = PARAGRAPH.join([described(_, wording(message), title), _signed(_, signature)])
    rows = [
        _start(_, message, then),
        [
            Button(_("How the client will see it"), action("preview", message)),
            Button(_("Change"), action("change", message)),
        ],
        [
            Button(_("Deactivate"), action("off", message))
            if message.active
            else Button(_("Activate"), action("on", message), style="primary"),
            Button(_("More"), action("more", message)),
        ],
        [back(_, list_screens.place(), _("Messages"))],
    ]
    return Screen(PARAGRAPH.join([note, text]) if note else text, rows)


def _signed(_: Translator, signature: str | None) -> Markup:
    if signature:
        return _("Signature: {lines}", lines=shortened(", ".join(signature.splitlines()), 80))
    return _("There is no signature below the text yet: “Change”, then “Signature”.")


def described(_: Translator, version: MessageVersion, title: Markup) -> Markup:
    """A wording in short: subject, first lines, files, look."""
    text = _(
        "<b>{title}</b>\nSubject: {subject}\n\n{lines}",
        title=title,
        subject=version.subject,
        lines=for_chat(version.html, _FIRST_LINES),
    )
    below = [file_screens.line(_, version.files)] if version.files else []
    if version.layout != "letter":
        below.append(_("Look: {name}", name=_(LAYOUTS[version.layout]).lower()))
    if version.layout == "card" and version.button_url:
        label, url = version.button_text, shortened(version.button_url, 80)
        below.append(_("Button: {label} → {url}", label=label, url=url))
    return PARAGRAPH.join([text, Markup("\n").join(below)]) if below else text


def more(_: Translator, message: Message, used: bool) -> Screen:
    """What is done seldom."""
    version = wording(message)
    text = _("<b>{subject}</b>\n\nVersion {no} is the present one.",
             subject=shortened(version.subject, 200), no=version.no)  # fmt: skip
    if used:
        kept = _("A mailing was made of the message, so it cannot be deleted.")
        text = PARAGRAPH.join([text, kept])
    rows: list[Row] = [
        [
            Button(_("Duplicate"), action("copy", message)),
            Button(_("History"), action("history", message)),
        ],
        [] if used else [Button(_("Delete"), action("delete", message), style="danger")],
        [back(_, action("open", message))],
    ]
    return Screen(text, rows)


def change(_: Translator, message: Message) -> Screen:
    """What to change."""
    version = wording(message)
    text = _(
        "<b>Change the message</b>\nSubject: {subject}\n\nWhat was sent already stays as it was;"
        " mailings go on with the new words from their next sending on.",
        subject=version.subject,
    )
    rows = [
        [
            Button(_("Subject"), action("subject", message)),
            Button(_("Text"), action("text", message)),
        ],
        [Button(_("Pictures and files"), action("files", message))],
        [
            Button(
                _("Look: {name}", name=_(LAYOUTS[version.layout]).lower()), action("look", message)
            ),
            Button(_("Signature"), action("signature", message)),
        ],
        [back(_, action("open", message))],
    ]
    return Screen(text, rows)


def switch_off(
    _: Translator,
    owner: User,
    message: Message,
    number: int,
    newest: Sequence[tuple[Mailing, datetime | None]],
    now: datetime,
) -> Screen:
    """Ask before so many mailings lose their message; the newest with their next dates."""
    count = _.plural("{n} mailing uses", "{n} mailings use", number)
    text = _(
        "<b>Deactivate “{subject}”?</b>\n\n{count} this message. Nothing is sent by them while it"
        " is inactive; activate it, and they go on.",
        subject=shortened(wording(message).subject),
        count=count,
    )
    opened = [
        [Button(_mailing(_, owner, each, next_at, now), MailingAction(verb="open", id=each.id))]
        for each, next_at in newest
    ]
    if left := number - len(newest):
        rest = _.plural("and {n} mailing more", "and {n} mailings more", left)
        text = PARAGRAPH.join([text, _("The newest are below, {rest}.", rest=rest)])
    sure = Button(_("Deactivate"), action("off_sure", message), style="danger")
    return Screen(text, [*opened, [sure], [back(_, action("open", message))]])


def delete(_: Translator, message: Message) -> Screen:
    """Ask before a message and its history are gone."""
    text = _(
        "<b>Delete “{subject}”?</b>\n\nThe message, its history, pictures and files go for good."
        " No mailing was made of it.",
        subject=shortened(wording(message).subject),
    )
    sure = Button(_("Delete"), action("delete_sure", message), style="danger")
    return Screen(text, [[sure], [back(_, action("more", message))]])


def wording(message: Message) -> MessageVersion:
    """The present version."""
    assert message.version is not None  # noqa: S101  written together with the message
    return message.version


def action(verb: str, message: Message) -> MessageAction:
    """A button about a message."""
    return MessageAction(verb=verb, id=message.id)


def _mailing(
    _: Translator, owner: User, mailing: Mailing, next_at: datetime | None, now: datetime
) -> Markup:
    """A mailing as the list has it, without the subject, which is the same for all."""
    mark = mailing_lists.MARKS[mailing.status]
    if mailing.status == "frozen":
        return _("{mark} frozen", mark=mark)
    if next_at is None:
        return _("{mark} sending", mark=mark)
    return Markup("{} {}").format(mark, moment(next_at, owner.timezone, _, now))


def _start(_: Translator, message: Message, then: str | None) -> Row:
    if not message.active:
        return []
    data = MailingAction(verb="begin", id=message.id)
    if then == "mailing":
        return [Button(_("Continue the mailing"), data, style="primary")]
    return [Button(_("Start mailing"), data, style="success")]
