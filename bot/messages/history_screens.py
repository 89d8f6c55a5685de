"""The wordings a message has had."""

from datetime import datetime

from bot.kit import Button, Screen, back, pager
from bot.messages import screens
from bot.messages.callbacks import MessageAction, VersionAction
from core.i18n import Translator
from core.messages.models import Message, MessageVersion
from core.pages import Page
from core.scheduling.phrases import moment
from core.typed import shortened
from core.users.models import User

PER_PAGE = 8


def history(
    _: Translator, owner: User, message: Message, page: Page[MessageVersion], now: datetime
) -> Screen:
    """Every wording, the newest first."""
    number = page.offset // PER_PAGE
    text = _(
        "<b>History</b>\n{subject}\n\nEach change is a version of its own. Open one to look at it"
        " or restore it; what was sent stays as it was.",
        subject=shortened(screens.wording(message).subject, 200),
    )
    rows = [[_line(_, owner, message, each, number, now)] for each in page.rows]
    pages = pager(
        _, number, page.total, PER_PAGE,
        lambda no: MessageAction(verb="history", id=message.id, page=no),
    )  # fmt: skip
    return Screen(text, [*rows, pages, [back(_, screens.action("more", message))]])


def version(
    _: Translator,
    owner: User,
    message: Message,
    shown: MessageVersion,
    page: int,
    now: datetime,
) -> Screen:
    """One of them."""
    present = shown.id == message.version_id
    when = moment(shown.created_at, owner.timezone, _, now)
    title = _("Version {no}, {when}", no=shown.no, when=when)
    text = screens.described(_, shown, title)
    data = VersionAction(verb="restore", message=message.id, version=shown.id, page=page)
    take = [] if present else [Button(_("Restore this version"), data, style="primary")]
    if present:
        text = screens.PARAGRAPH.join([text, _("This is the present version.")])
    leave = MessageAction(verb="history", id=message.id, page=page)
    return Screen(text, [take, [back(_, leave, _("History"))]])


def _line(
    _: Translator,
    owner: User,
    message: Message,
    version: MessageVersion,
    page: int,
    now: datetime,
) -> Button:
    mark = "●" if version.id == message.version_id else "○"
    when = moment(version.created_at, owner.timezone, _, now).unescape()
    label = f"{mark} {version.no} · {when} · {shortened(version.subject, 32)}"
    data = VersionAction(verb="see", message=message.id, version=version.id, page=page)
    return Button(label, data)
