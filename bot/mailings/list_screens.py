"""What the list of mailings looks like."""

from datetime import datetime

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back, home_button, pager
from bot.mailings.callbacks import MailingAction
from bot.messages.callbacks import MessageAction
from core.i18n import Translator
from core.mailings.queries import Line
from core.messages.models import Message
from core.pages import Page
from core.scheduling.phrases import moment
from core.typed import shortened

PER_PAGE = 8
MARKS = {"active": "🟢", "frozen": "❄️", "finished": "✔️"}
_SUBJECT = 32


def mailings(_: Translator, page: Page[Line], zone: str, now: datetime) -> Screen:
    """A button for each mailing with its mark and its next date."""
    if not page.total:
        return nothing_yet(_)
    text = _(
        "<b>Mailings</b> · {total}\n{active} active · {frozen} frozen · {finished} finished",
        total=page.total,
        **MARKS,
    )
    rows = [[Button(_line(_, line, zone, now), _open(line.id))] for line in page.rows]
    number = page.offset // PER_PAGE
    turn = pager(_, number, page.total, PER_PAGE, lambda n: MailingAction(verb="list", page=n))
    return Screen(text, [[_new(_)], *rows, turn, [home_button(_)]])


def nothing_yet(_: Translator) -> Screen:
    """The empty list says what a mailing is and how to get one."""
    text = _(
        "<b>Mailings</b>\nNone yet. A mailing sends one of your messages to your clients: "
        "now, at the hour you choose, or again and again."
    )
    return Screen(text, [[_new(_)], [home_button(_)]])


def choose_message(_: Translator, page: Page[Message]) -> Screen:
    """The active messages, each a button."""
    write = Button(_("Write a message"), MessageAction(verb="new"))
    text = _("<b>New mailing</b>\nWhich message shall be sent?")
    return Screen(text, [*_messages(_, page, "begin", "new"), [write], [_to_list(_)]])


def another_message(_: Translator, page: Page[Message]) -> Screen:
    """The same choice for a mailing that is being changed."""
    text = _("<b>Change the mailing</b>\nWhich message shall be sent next time?")
    to_plan = back(_, MailingAction(verb="begin"))
    return Screen(text, [*_messages(_, page, "take", "message"), [to_plan]])


def _messages(_: Translator, page: Page[Message], choose: str, turn: str) -> list[Row]:
    rows = [[_message(message, choose)] for message in page.rows]
    number = page.offset // PER_PAGE
    return [
        *rows,
        pager(_, number, page.total, PER_PAGE, lambda n: MailingAction(verb=turn, page=n)),
    ]


def _line(_: Translator, line: Line, zone: str, now: datetime) -> Markup:
    subject = shortened(line.subject, _SUBJECT)
    mark = MARKS[line.status]
    if line.sending and line.status == "active":
        return _("{mark} {subject} · sending", mark=mark, subject=subject)
    if line.next_at is None or line.status != "active":
        return Markup("{} {}").format(mark, subject)
    when = moment(line.next_at, zone, _, now)
    return _("{mark} {subject} · {when}", mark=mark, subject=subject, when=when)


def _new(_: Translator) -> Button:
    return Button(_("New mailing"), MailingAction(verb="new"), style="primary")


def _open(mailing_id: int) -> MailingAction:
    return MailingAction(verb="open", id=mailing_id)


def _message(message: Message, choose: str) -> Button:
    subject = message.version.subject if message.version else ""
    return Button(shortened(subject, 50), MailingAction(verb=choose, id=message.id))


def _to_list(_: Translator) -> Button:
    return back(_, MailingAction(verb="list"), _("Mailings"))
