"""The questions about a message's text and subject, with placeholders to be copied."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back
from bot.messages import file_screens, list_screens, screens
from bot.messages.callbacks import MessageAction
from bot.messages.rendition import for_chat
from core.i18n import N_, Translator
from core.mail.text import text_from_html
from core.messages.models import Message

Files = Sequence[file_screens.File]
Own = Sequence[tuple[str, str]]  # keys and titles of an owner's own fields
FIELDS = (
    N_("{{first_name|friend}}"), N_("{{last_name}}"), N_("{{name}}"), N_("{{email}}"),
    N_("{{phone}}"), N_("{{company}}"), N_("{{city}}"), N_("{{country}}"),
    N_("{{timezone}}"), N_("{{language}}"), N_("{{comment}}"), N_("{{tags}}"),
    N_("{{consent}}"), N_("{{consent_on}}"),
)  # fmt: skip
_OFFERED = (N_("{{first_name|friend}}"), N_("{{company}}"), N_("{{city}}"))
_COPY = 256  # what a copying button holds at most
_SHOWN = 2500


def ask_text(_: Translator, message: Message | None = None, kept: Files = ()) -> Screen:
    """The text of a new message, or a new text for one that is there; `kept` files are there."""
    text = _(
        "<b>The text of the letter</b>\n\nSend it as one message, with bold, links, quotes"
        " and lists as in any chat; with pictures and files, too, or forward a post. A rich"
        " message keeps its headings, tables and buttons. If the first line is short, it is"
        " offered as the subject.\n\n"
        "Where the client's own name should stand, write <code>{{first_name|friend}}</code>:"
        " the word behind the bar is for those whose name is unknown."
    )
    if message is None:
        text = _with_kept(_, text, kept)
        return Screen(text, [*_offered(_), [back(_, list_screens.place(), _("Messages"))]])
    html = screens.wording(message).html
    text = screens.PARAGRAPH.join([text, _("Now it says:"), for_chat(html, _SHOWN)])
    copied = _copy(_, text_from_html(html))
    return Screen(
        text, [*copied, *_offered(_, message), [back(_, screens.action("open", message))]]
    )


def fields(_: Translator, own: Own, message: Message | None = None) -> Screen:
    """Every placeholder as a button that copies it; the text may be sent meanwhile."""
    text = _(
        "<b>What can be filled in</b>\n\nTap to copy, then put it into the text or the subject."
        " A word behind a bar stands there when nothing is known: <code>{{city|your city}}</code>."
    )
    if own:
        listed = [_("{title}: <code>{{{key}}}</code>", title=title, key=key) for key, title in own]
        text = screens.PARAGRAPH.join([text, _("Your own fields:"), Markup("\n").join(listed)])
    names = [_(name).unescape() for name in FIELDS] + [f"{{{key}}}" for key, _title in own]
    buttons = [Button(name, copy=name) for name in names]
    rows = [buttons[number : number + 2] for number in range(0, len(buttons), 2)]
    leave = screens.action("text", message) if message else MessageAction(verb="new")
    return Screen(text, [*rows, [back(_, leave)]])


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
        text = _with_kept(_, screens.PARAGRAPH.join([_("The text is kept."), text]), kept)
        return Screen(text, [[back(_, MessageAction(verb="new"))]])
    present = screens.wording(message).subject
    text = screens.PARAGRAPH.join([text, _("Now: <code>{present}</code>", present=present)])
    return Screen(text, [*_copy(_, present), [back(_, screens.action("open", message))]])


def _with_kept(_: Translator, text: Markup, kept: Files) -> Markup:
    if not kept:
        return text
    files = _("With the letter: {files}", files=file_screens.line(_, kept))
    return screens.PARAGRAPH.join([files, text])


def _offered(_: Translator, message: Message | None = None) -> list[Row]:
    names = [_(name).unescape() for name in _OFFERED]
    every = MessageAction(verb="fields", id=message.id if message else 0)
    return [[Button(name, copy=name) for name in names], [Button(_("All placeholders"), every)]]


def _copy(_: Translator, present: str) -> list[Row]:
    if not present or len(present) > _COPY:
        return []
    return [[Button(_("Copy the present text"), copy=present)]]
