"""The first screen of administrators, lists of users, an invitation."""

from markupsafe import Markup

from bot.admin.callbacks import AdminAction
from bot.kit import Button, Row, Screen, back, home_button, pager
from bot.mailings.callbacks import MailingAction
from core.administration.queries import Totals
from core.i18n import N_, Translator, number
from core.mail.addresses import show_email
from core.pages import Page
from core.users.models import User

PER_PAGE = 8
TITLES = {
    "all": N_("<b>Users</b> · {total}"),
    "waiting": N_("<b>Waiting to be let in</b> · {total}"),
    "suspended": N_("<b>Suspended</b> · {total}"),
    "admins": N_("<b>Administrators</b> · {total}"),
}


def home(_: Translator, totals: Totals) -> Screen:
    """The numbers, and where to go."""
    text = _(
        "<b>Administration</b>\nUsers: {users} · waiting: {waiting} · suspended: {suspended}",
        users=number(totals.users, _.locale),
        waiting=number(totals.waiting, _.locale),
        suspended=number(totals.suspended, _.locale),
    )
    waiting: Row = []
    if totals.waiting:
        label = _("Waiting to be let in: {n}", n=totals.waiting)
        waiting = [Button(label, _list("waiting"), style="primary")]
    return Screen(
        text,
        [
            waiting,
            _to_approve(_, totals.to_approve),
            [Button(_("Users"), _list("all")), Button(_("Administrators"), _list("admins"))],
            [Button(_("Suspended"), _list("suspended"))] if totals.suspended else [],
            [Button(_("Invite a user"), AdminAction(verb="invite"))],
            [home_button(_)],
        ],
    )


def _to_approve(_: Translator, n: int) -> Row:
    if not n:
        return []
    label = _("Mailings waiting for a yes: {n}", n=n)
    return [Button(label, MailingAction(verb="approvals"), style="primary")]


def listing(_: Translator, page: Page[User], which: str, searched: str) -> Screen:
    """A button for each user."""
    title = _(TITLES.get(which, TITLES["all"]), total=number(page.total, _.locale))
    if searched:
        title = _("<b>Users by “{searched}”</b> · {total}", searched=searched, total=page.total)
    hint = _("Type a part of a name, an address or a phone to search.")
    if not page.total:
        hint = _("Nobody here. Type a part of a name, an address or a phone to search.")
    rows: list[Row] = [
        [Button(_line(user), AdminAction(verb="user", id=user.id))] for user in page.rows
    ]
    at = page.offset // PER_PAGE
    turn = pager(_, at, page.total, PER_PAGE, lambda n: AdminAction(verb="users", page=n))
    all_: Row = [Button(_("All users"), _list("all"))] if searched or which != "all" else []
    place = back(_, AdminAction(verb="home"), _("Administration"))
    return Screen(Markup("\n").join((title, hint)), [*rows, turn, all_, [place]])


def mark(user: User) -> str:
    """How a user stands, in one sign; nothing for an ordinary one."""
    if user.blocked_at:
        return "⛔"
    if user.delete_at:
        return "🗑"
    if user.admission != "approved":
        return "⏳" if user.admission == "waiting" else "✗"
    return "★" if user.is_admin else ""


def _line(user: User) -> str:
    return f"{mark(user)} {user.name[:28]} · {show_email(user.email)[:34]}".strip()


def _list(which: str) -> AdminAction:
    return AdminAction(verb="users", name=which)


def invitation(_: Translator, link: str) -> Screen:
    """The link, to be passed on."""
    text = _(
        "<b>An invitation</b>\nPass this link on: it lets one person register, within 7 days.\n"
        "<code>{link}</code>",
        link=link,
    )
    rows: list[Row] = [
        [Button(_("Copy the link"), copy=link)],
        [Button(_("Another one"), AdminAction(verb="invite"))],
        [back(_, AdminAction(verb="home"), _("Administration"))],
    ]
    return Screen(text, rows)
