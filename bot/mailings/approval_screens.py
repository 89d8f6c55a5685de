"""What an administrator is asked about a mailing to many."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.admin.callbacks import AdminAction
from bot.kit import Button, Row, Screen, back, home_button
from bot.mailings.callbacks import MailingAction
from bot.mailings.phrases import clients, rhythm
from core.i18n import Translator, number
from core.mail.addresses import show_email
from core.mailings.models import Mailing
from core.mailings.queries import CardView, subject_of
from core.scheduling.phrases import moment
from core.typed import shortened
from core.users.models import User
from core.users.zones import city

SHOWN = 20  # of those that wait


def question(_: Translator, view: CardView, owner: User, now: datetime) -> Screen:
    """Who wants to send what to how many; a yes or a no."""
    text = _(
        "<b>May this go out?</b>\n“{subject}” → {clients}\nFrom {name}, {email}\nRepeat: {rule}",
        subject=view.subject,
        clients=clients(_, _many(view)),
        name=owner.name,
        email=show_email(owner.email),
        rule=rhythm(_, view.recurrence, view.start_at, view.timezone),
    )
    if view.next_at:
        when = moment(view.next_at, view.timezone, _, now)
        zone = city(view.timezone, _.locale)  # the owner's, which need not be the reader's
        text = Markup("\n").join([text, _("Start: {when}, {zone}", when=when, zone=zone)])
    rows: list[Row] = [
        [
            Button(_("Approve"), _do("approve", view), style="success"),
            Button(_("Decline"), _do("decline", view), style="danger"),
        ],
        [Button(_("See the letter"), _do("letter", view))],
    ]
    return Screen(text, rows)


def waiting(_: Translator, total: int, found: Sequence[tuple[Mailing, int]]) -> Screen:
    """Whatever has had no answer, the longest waiting first."""
    text = _("<b>Mailings waiting for a yes</b> · {total}", total=total)
    if not total:
        text = _("<b>Mailings waiting for a yes</b>\nNone waits now.")
    rows: list[Row] = [
        [Button(_waiting(_, mailing, n), MailingAction(verb="approval", id=mailing.id))]
        for mailing, n in found
    ]
    return Screen(text, [*rows, [back(_, AdminAction(verb="home"), _("Administration"))]])


def _waiting(_: Translator, mailing: Mailing, n: int) -> Markup:
    return _("{subject} → {n}", subject=shortened(subject_of(mailing), 40), n=number(n, _.locale))


def to_waiting(_: Translator) -> Button:
    """Back to that list."""
    return back(_, MailingAction(verb="approvals"), _("Waiting for a yes"))


def _many(view: CardView) -> int:
    return view.run.total if view.run else view.recipients.receiving


def decided(_: Translator, view: CardView, yes: bool) -> Screen:
    """What the answer led to."""
    text = (
        _("<b>Approved</b>\n“{subject}” goes out; its owner is told.", subject=view.subject)
        if yes
        else _("<b>Declined</b>\n“{subject}” stays here; its owner is told.", subject=view.subject)
    )
    return Screen(text, [[to_waiting(_), home_button(_)]])


def over(_: Translator, view: CardView) -> Screen:
    """Somebody was first, or the owner has changed their mind."""
    text = _("“{subject}” waits for no answer any more.", subject=view.subject)
    return Screen(text, [[to_waiting(_), home_button(_)]])


def told(_: Translator, view: CardView, yes: bool, now: datetime) -> Screen:
    """The answer, for the owner."""
    opened = Button(_("Open the mailing"), _do("open", view))
    if not yes:
        text = _(
            "<b>“{subject}” was not approved</b>\n{name} said no; nothing was sent. Write to fewer"
            " clients, or ask why.",
            subject=view.subject,
            name=view.declined_by or "",
        )
        return Screen(text, [[opened]])
    text = _("<b>“{subject}” is approved</b>", subject=view.subject)
    if view.next_at:
        when = moment(view.next_at, view.timezone, _, now)
        text = Markup("\n").join([text, _("Start: {when}", when=when)])
    return Screen(text, [[opened]])


def _do(verb: str, view: CardView) -> MailingAction:
    return MailingAction(verb=verb, id=view.id)
