"""The list of messages."""

from markupsafe import Markup

from bot.kit import Button, Row, Screen, home_button, pager
from bot.messages.callbacks import MessageAction
from core.i18n import N_, Translator
from core.messages.models import Message
from core.pages import Page
from core.typed import shortened

PER_PAGE = 8
SEARCHED = 64  # characters of what is looked for
FILTERS = {"every": None, "active": True, "inactive": False}
_NAMES = {"every": N_("All"), "active": N_("● Active"), "inactive": N_("○ Inactive")}
_LABEL = 48


def listing(
    _: Translator, page: Page[Message], counts: tuple[int, int], shown: str = "every"
) -> Screen:
    """All messages, or the active or the inactive ones; the newest first."""
    if not sum(counts):
        return _empty(_)
    lines = [_.plural("{n} message", "{n} messages", page.total)]
    rows = _rows(_, page)
    if all(counts):
        rows.append([_filter(_, name, shown) for name in FILTERS])
    elif page.total:
        lines.append(_("all of them active") if counts[0] else _("all of them inactive"))
    rows += [[write(_)], [home_button(_)]]
    text = _("<b>Messages</b>\n{count}", count=" · ".join(lines))
    if sum(counts) > PER_PAGE:
        hint = _("Type a word, and I will find it in the subjects.")
        text = Markup("\n\n").join([text, hint])
    return Screen(text, rows)


def found(_: Translator, page: Page[Message], word: str) -> Screen:
    """What was looked for."""
    count = _.plural("{n} message", "{n} messages", page.total) if page.total else _("nothing")
    text = _("<b>Messages</b>\nWith “{word}” in the subject: {count}", word=word, count=count)
    every = Button(_("All messages"), MessageAction(verb="every"))
    return Screen(text, [*_rows(_, page), [every], [home_button(_)]])


def write(_: Translator) -> Button:
    """To a new message."""
    return Button(_("Write a message"), MessageAction(verb="new"))


def place(page: int = 0) -> MessageAction:
    """A page of the list as it was shown last."""
    return MessageAction(verb="list", page=page)


def _empty(_: Translator) -> Screen:
    text = _(
        "<b>Messages</b>\n\nA message is what your clients get by e-mail."
        " There is none yet: write the first one here, as you would to a friend."
    )
    first = Button(_("Write a message"), MessageAction(verb="new"), style="primary")
    return Screen(text, [[first], [home_button(_)]])


def _rows(_: Translator, page: Page[Message]) -> list[Row]:
    rows: list[Row] = [[_line(message)] for message in page.rows]
    rows.append(pager(_, page.offset // PER_PAGE, page.total, PER_PAGE, place))
    return rows


def _line(message: Message) -> Button:
    mark = "●" if message.active else "○"
    subject = message.version.subject if message.version else ""
    label = f"{mark} {shortened(subject, _LABEL)}"
    return Button(label, MessageAction(verb="open", id=message.id))


def _filter(_: Translator, name: str, shown: str) -> Button:
    label = _(_NAMES[name])
    if name == shown:
        return Button(_("✓ {name}", name=label), MessageAction(verb=name))
    return Button(label, MessageAction(verb=name))
