"""Screens of the data and the end of an account."""

from markupsafe import Markup

from bot.account.callbacks import AccountAction
from bot.account.phrases import day
from bot.account.profile_screens import choosing
from bot.kit import Button, Row, Screen, back
from core.i18n import Translator
from core.users.models import User

PARAGRAPH = Markup("\n\n")


def data(_: Translator, user: User, note: Markup | None = None) -> Screen:
    """What can be done with all that is kept."""
    text = _(
        "<b>Data and account</b>\nYou can have everything that is kept of you as a file: clients, "
        "messages, mailings and who got what."
    )
    if user.delete_at:
        when = day(user.delete_at, user.timezone, _.locale)
        leaving = _("🗑 Your account is going to be erased on {day}. Mailings are frozen.", day=when)
        text = PARAGRAPH.join((text, leaving))
    rows: list[Row] = [[Button(_("Send me my data"), AccountAction(verb="export"))]]
    if user.delete_at:
        rows.append([Button(_("Keep my account"), AccountAction(verb="keep"), style="primary")])
    else:
        rows.append([Button(_("Delete my account"), AccountAction(verb="leave"), style="danger")])
    return choosing(_, PARAGRAPH.join((note, text)) if note else text, rows)


def ask_leave(_: Translator, days: int) -> Screen:
    """What deleting means."""
    text = _.plural(
        "<b>Delete your account?</b>\nMailings are frozen at once. In {n} day everything is "
        "erased for good: clients, messages, photo, mail account. Until then you can change "
        "your mind here.",
        "<b>Delete your account?</b>\nMailings are frozen at once. In {n} days everything is "
        "erased for good: clients, messages, photo, mail account. Until then you can change "
        "your mind here.",
        days,
    )
    if not days:
        text = _(
            "<b>Delete your account?</b>\nMailings are frozen at once, and within an hour "
            "everything is erased for good: clients, messages, photo, mail account."
        )
    counts = _("Only numbers stay: how many letters went out when, without names and addresses.")
    rows: list[Row] = [
        [Button(_("Yes, delete it"), AccountAction(verb="leave_sure"), style="danger")],
        [Button(_("First send me my data"), AccountAction(verb="export"))],
    ]
    place = back(_, AccountAction(verb="data"), _("Data and account"))
    return Screen(PARAGRAPH.join((text, counts)), [*rows, [place]])
