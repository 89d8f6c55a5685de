"""Others' mailings as an administrator sees them."""

from datetime import datetime

from markupsafe import Markup

from bot.admin.callbacks import AdminAction
from bot.admin.screens import PER_PAGE
from bot.kit import Button, Row, Screen, back, pager
from core.i18n import N_, Translator
from core.mailings.models import Mailing
from core.mailings.queries import Line
from core.pages import Page
from core.scheduling.phrases import moment
from core.typed import shortened
from core.users.models import User

MARKS = {"active": "🟢", "frozen": "❄️", "finished": "✔️"}
STATES = {"active": N_("active"), "frozen": N_("frozen"), "finished": N_("finished")}


def listing(
    _: Translator,
    user: User,
    page: Page[Line],
    zone: str,
    now: datetime,
    note: Markup | None = None,
) -> Screen:
    """A button for each mailing."""
    text = _("<b>Mailings</b> of {name} · {total}", name=user.name, total=page.total)
    if not page.total:
        text = _("{name} has no mailings.", name=user.name)
    rows: list[Row] = [
        [Button(_line(line, _, zone, now), AdminAction(verb="mailing", id=line.id))]
        for line in page.rows
    ]

    def turn(n: int) -> AdminAction:
        return AdminAction(verb="mailings", id=user.id, page=n)

    pages = pager(_, page.offset // PER_PAGE, page.total, PER_PAGE, turn)
    place = back(_, AdminAction(verb="user", id=user.id), user.name[:30])
    body = Markup("\n\n").join((note, text)) if note else text
    return Screen(body, [*rows, pages, [place]])


def _line(line: Line, _: Translator, zone: str, now: datetime) -> str:
    when = f" · {moment(line.next_at, zone, _, now)}" if line.next_at else ""
    return f"{MARKS[line.status]} {shortened(line.subject, 32)}{when}"


def ask_delete(_: Translator, user: User, mailing: Mailing, zone: str, now: datetime) -> Screen:
    """What it is, whose, and what deleting means."""
    version = mailing.message.version
    text = _(
        "<b>{subject}</b> · {state}\nOf {name}, accepted {when}\n\nDeleting finishes it: those who "
        "wait will not get it, and nobody sees it any more. Who got what stays in the ledger.",
        subject=version.subject if version else "",
        state=_(STATES[mailing.status]),
        name=user.name,
        when=moment(mailing.accepted_at, zone, _, now),
    )
    sure = AdminAction(verb="delete_sure", id=mailing.id)
    yes = Button(_("Delete the mailing"), sure, style="danger")
    place = back(_, AdminAction(verb="mailings", id=user.id), _("Mailings"))
    return Screen(text, [[yes], [place]])
