"""Screens of the message centre."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back, home_button, pager
from bot.mailings.callbacks import MailingAction
from bot.messages import file_screens
from bot.messages.callbacks import MessageAction
from bot.messages.rendition import for_chat
from core.i18n import Translator
from core.mail.text import text_from_html
from core.mailings.models import Mailing
from core.messages.models import Message, MessageVersion
from core.pages import Page
from core.typed import shortened

PER_PAGE = 8
Files = Sequence[file_screens.File]
_PARAGRAPH = Markup("\n\n")
_FIRST_LINES = 350
_LABEL = 48
_COPY = 256  # what a copying button holds at most


def listing(_: Translator, page: Page[Message]) -> Screen:
    """All messages, the newest first."""
    if not page.total:
        text = _(
            "<b>Messages</b>\n\nA message is what your clients get by e-mail."
            " There is none yet: write the first one here, as you would to a friend."
        )
        return Screen(text, [[_new(_, "primary")], [home_button(_)]])
    number = page.offset // PER_PAGE
    rows: list[Row] = [[_line(message)] for message in page.rows]
    rows.append(pager(_, number, page.total, PER_PAGE, _list))
    rows += [[_new(_)], [home_button(_)]]
    count = _.plural("{n} message", "{n} messages", page.total)
    return Screen(_("<b>Messages</b>\n{count} · ● active ○ inactive", count=count), rows)


def card(_: Translator, message: Message, then: str | None = None, note: str = "") -> Screen:
    """One message: what it says and what can be done with it."""
    version = wording(message)
    title = _("Message · Active") if message.active else _("Message · Inactive")
    text = _(
        "<b>{title}</b>\nSubject: {subject}\n\n{lines}",
        title=title,
        subject=version.subject,
        lines=for_chat(version.html, _FIRST_LINES),
    )
    if version.files:
        text = _PARAGRAPH.join([text, file_screens.line(_, version.files)])
    rows = [
        _start(_, message, then),
        [
            Button(_("How the client will see it"), _action("preview", message)),
            Button(_("Change"), _action("change", message)),
        ],
        [
            Button(_("Deactivate"), _action("off", message))
            if message.active
            else Button(_("Activate"), _action("on", message), style="primary"),
            Button(_("Duplicate"), _action("copy", message)),
        ],
        [back(_, _list(0), _("Messages"))],
    ]
    return Screen(_PARAGRAPH.join([note, text]) if note else text, rows)


def ask_text(_: Translator, message: Message | None = None, kept: Files = ()) -> Screen:
    """The text of a new message, or a new text for one that is there; `kept` files are there."""
    text = _(
        "<b>The text of the letter</b>\n\nSend it as one message, with bold, links, quotes"
        " and lists as in any chat; with pictures and files, too, or forward a post. If the first"
        " line is short, it is offered as the subject.\n\n"
        "Where the client's own name should stand, write <code>{{first_name|friend}}</code>:"
        " the word behind the bar is for those whose name is unknown."
    )
    if message is None:
        text = _with_kept(_, text, kept)
        return Screen(text, [*_placeholders(_), [back(_, _list(0), _("Messages"))]])
    html = wording(message).html
    text = _PARAGRAPH.join([text, _("Now it says:"), for_chat(html, 2500)])
    copied = _copy(_, text_from_html(html))
    rows = [*copied, *_placeholders(_), [back(_, _action("open", message))]]
    return Screen(text, rows)


def offer_subject(_: Translator, subject: str, kept: Files = ()) -> Screen:
    """The first line as the subject, or another one."""
    text = _(
        "<b>The subject of the letter</b>\n\nThe text is kept. Its first line would make a"
        " subject; then it stands there only:\n\n{subject}\n\nTap to take it, or type another one.",
        subject=subject,
    )
    take = Button(_("Take this subject"), MessageAction(verb="take_subject"), style="primary")
    text = _with_kept(_, text, kept)
    return Screen(text, [[take], [back(_, MessageAction(verb="new"))]])


def ask_subject(_: Translator, message: Message | None = None, kept: Files = ()) -> Screen:
    """A subject, typed."""
    text = _(
        "<b>The subject of the letter</b>\n\nOne line that tells what it is about, up to 200"
        " characters. For example: Discounts until Sunday"
    )
    if message is None:
        text = _with_kept(_, _PARAGRAPH.join([_("The text is kept."), text]), kept)
        return Screen(text, [[back(_, MessageAction(verb="new"))]])
    present = wording(message).subject
    text = _PARAGRAPH.join([text, _("Now: <code>{present}</code>", present=present)])
    return Screen(text, [*_copy(_, present), [back(_, _action("open", message))]])


def change(_: Translator, message: Message) -> Screen:
    """What to change."""
    text = _(
        "<b>Change the message</b>\nSubject: {subject}\n\nWhat was sent already stays as it was;"
        " mailings go on with the new words from their next sending on.",
        subject=wording(message).subject,
    )
    rows = [
        [
            Button(_("Subject"), _action("subject", message)),
            Button(_("Text"), _action("text", message)),
        ],
        [Button(_("Pictures and files"), _action("files", message))],
        [back(_, _action("open", message))],
    ]
    return Screen(text, rows)


def preview(_: Translator, message: Message, subject: str, body: Markup, who: str) -> Screen:
    """The mail as one client gets it."""
    text = _(
        "<b>As {who} will see it</b>\nSubject: {subject}\n\n{body}",
        who=who,
        subject=subject,
        body=body,
    )
    if files := wording(message).files:
        text = _PARAGRAPH.join([text, file_screens.line(_, files)])
    return Screen(text, [[back(_, _action("open", message))]])


def switch_off(_: Translator, message: Message, mailings: Sequence[Mailing]) -> Screen:
    """Ask before mailings lose their message."""
    number = len(mailings)
    count = _.plural("{n} mailing uses", "{n} mailings use", number)
    text = _(
        "<b>Deactivate “{subject}”?</b>\n\n{count} this message. Nothing is sent by them while it"
        " is inactive; activate it, and they go on.",
        subject=shortened(wording(message).subject),
        count=count,
    )
    opened = [
        [Button(_mailing_label(_, each), MailingAction(verb="open", id=each.id))]
        for each in mailings[:5]
    ]
    sure = Button(_("Deactivate"), _action("off_sure", message), style="danger")
    return Screen(text, [*opened, [sure], [back(_, _action("open", message))]])


def wording(message: Message) -> MessageVersion:
    """The present version."""
    assert message.version is not None  # noqa: S101  written together with the message
    return message.version


def _with_kept(_: Translator, text: Markup, kept: Files) -> Markup:
    if not kept:
        return text
    files = _("With the letter: {files}", files=file_screens.line(_, kept))
    return _PARAGRAPH.join([files, text])


def _mailing_label(_: Translator, mailing: Mailing) -> Markup:
    if mailing.status == "frozen":
        return _("Mailing No. {id}, frozen", id=mailing.id)
    return _("Mailing No. {id}", id=mailing.id)


def _start(_: Translator, message: Message, then: str | None) -> Row:
    if not message.active:
        return []
    data = MailingAction(verb="begin", id=message.id)
    if then == "mailing":
        return [Button(_("Continue the mailing"), data, style="primary")]
    return [Button(_("Start mailing"), data, style="success")]


def _line(message: Message) -> Button:
    mark = "●" if message.active else "○"
    label = f"{mark} {shortened(wording(message).subject, _LABEL)}"
    return Button(label, _action("open", message))


def _placeholders(_: Translator) -> list[Row]:
    names = [_("{{first_name|friend}}"), _("{{last_name}}"), _("{{email}}")]
    return [[Button(name, copy=name.unescape()) for name in names]]


def _copy(_: Translator, present: str) -> list[Row]:
    if not present or len(present) > _COPY:
        return []
    return [[Button(_("Copy the present text"), copy=present)]]


def _new(_: Translator, style: str | None = None) -> Button:
    label = _("Write a message")
    data = MessageAction(verb="new")
    return Button(label, data, style="primary") if style else Button(label, data)


def _action(verb: str, message: Message) -> MessageAction:
    return MessageAction(verb=verb, id=message.id)


def _list(page: int) -> MessageAction:
    return MessageAction(verb="list", page=page)
