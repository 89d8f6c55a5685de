"""The live card of a mailing: what it does now, what comes next, what can be done about it."""

from datetime import datetime, timedelta

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back
from bot.mailings import window_screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.phrases import clients, rhythm
from bot.mailings.run_phrases import finished_run, going_run
from bot.mailings.segment_screens import rule as rule_of
from core.i18n import N_, Translator
from core.mailings.missed import MISSED
from core.mailings.queries import CardView
from core.mailings.rules import RESTORED
from core.scheduling.phrases import bar, duration, moment

SILENT = timedelta(minutes=1)
COUNTDOWN = timedelta(hours=1)  # the longest undo window; a later start shows the card itself

# Whole lines: the word for a state depends on what it is said of.
HEADS = {
    "active": N_("<b>{subject}</b> · Active"),
    "frozen": N_("<b>{subject}</b> · Frozen"),
    "finished": N_("<b>{subject}</b> · Finished"),
}
WAITING = N_("<b>{subject}</b> · Waiting for approval")
DECLINED = N_("<b>{subject}</b> · Declined")
FREEZING = N_("<b>{subject}</b> · Freezing…")
HELD = {
    "auth": N_("The mail server refused the name or the password. Nothing is lost, all wait."),
    "unreachable": N_("The mail server cannot be reached. Nothing is lost, we go on trying."),
    "limit": N_("The mail server's limit for now is used up. The rest follow by themselves."),
    "quota": N_(
        "Your letters for today are used up: new accounts send a limited number a day. The rest "
        "follow by themselves tomorrow; an administrator can raise the limit."
    ),
    "paused": N_(
        "Mail Center is being looked after: nothing is sent now. All is kept and goes on by itself."
    ),
    "refused": N_(
        "The mail server takes no letters from us for now. Nothing is lost, we go on trying."
    ),
}
AFTER_RESTORE = N_(
    "Frozen {when}: Mail Center was restored from a backup. Some who wait here may have got the "
    "letter after the backup was made; going on sends to all of them."
)
HELD_OTHERWISE = N_("Sending stands still for now. Nothing is lost, all wait.")


def counting_down(view: CardView, now: datetime) -> bool:
    """Accepted just now and not begun: it can still be taken back."""
    left = view.remaining(now)
    return (
        view.status == "active"
        and view.untouched
        and left is not None
        and view.start_at - view.accepted_at <= COUNTDOWN
        and left <= COUNTDOWN
    )


def card(_: Translator, view: CardView, now: datetime) -> Screen:
    """The card with the buttons that its state allows."""
    lines = [_head(_, view), _whom(_, view), *window_screens.lines(_, view.window)]
    lines += [*_state(_, view, now), *_runs(_, view, now)]
    return Screen(Markup("\n").join(lines), _buttons(_, view, now), live=view.id)


def finish(_: Translator, view: CardView) -> Screen:
    """Finishing is for good, so it is asked with the number of those who would get nothing."""
    lost = view.run.waiting if view.run else view.recipients.receiving if view.next_at else 0
    text = _("<b>Finish for good?</b>\n“{subject}”", subject=view.subject)
    if lost:
        warning = _.plural(
            "{n} client will not get the letter.", "{n} clients will not get the letter.", lost
        )
        text = Markup("\n").join([text, warning])
    sure = Button(_("Finish"), _do("finish_sure", view), style="danger")
    return Screen(text, [[sure], [back(_, _do("open", view))]])


def missed(_: Translator, view: CardView, now: datetime) -> Screen:
    """A date passed meanwhile: late, or not at all?"""
    date = view.missed_at(now) or now
    text = _(
        "<b>A date was missed</b>\n“{subject}” was to go out {when}. Send it now?",
        subject=view.subject,
        when=moment(date, view.timezone, _, now),
    )
    late = Button(_("Send now"), _do("late", view), style="success")
    other = (
        Button(_("Choose another date"), _do("change", view))
        if view.recurrence.kind == "once"
        else Button(_("Skip to the next date"), _do("skip", view))
    )
    return Screen(text, [[late], [other], [back(_, _do("open", view))]])


def cancelled(_: Translator) -> Screen:
    """Taken back in time."""
    text = _("<b>Cancelled</b>\nThe mailing was taken back; nothing was sent.")
    new = Button(_("New mailing"), MailingAction(verb="new"))
    return Screen(text, [[new], [_to_list(_)]])


def _head(_: Translator, view: CardView) -> Markup:
    if view.waiting:
        return _(WAITING, subject=view.subject)
    if view.status == "finished" and view.declined_by is not None:
        return _(DECLINED, subject=view.subject)
    freezing = view.status == "frozen" and view.stopping
    return _(FREEZING if freezing else HEADS[view.status], subject=view.subject)


def _whom(_: Translator, view: CardView) -> Markup:
    rule = rhythm(_, view.recurrence, view.start_at, view.timezone)
    run = view.run or view.last
    once = run and view.recurrence.kind == "once" and run.status != "preparing"
    people = clients(_, run.total if run and once else view.recipients.receiving)
    if view.segment:
        people = _("{clients} ({rule})", clients=people, rule=rule_of(_, view.segment))
    return _("{clients} · {rule}", clients=people, rule=rule)


def _state(_: Translator, view: CardView, now: datetime) -> list[Markup]:
    if view.status == "finished":
        return [_ended(_, view, now)]
    if view.waiting:
        asked = _moment(_, view, view.asked_at, now)
        return [_("So many recipients need an administrator's yes; asked {when}.", when=asked)]
    if view.status == "frozen":
        return [_frozen(_, view, now)]
    if view.held_because in (None, MISSED):
        return _next(_, view, now)
    return [_(HELD.get(view.held_because, HELD_OTHERWISE)), *_next(_, view, now)]


def _ended(_: Translator, view: CardView, now: datetime) -> Markup:
    when = _moment(_, view, view.finished_at, now)
    if view.declined_by is not None:
        return _("{name} said no {when}.", name=view.declined_by, when=when)
    return _("Finished {when}", when=when)


def _frozen(_: Translator, view: CardView, now: datetime) -> Markup:
    since = _moment(_, view, view.frozen_at, now)
    if view.stopping and view.run:
        return _on_their_way(_, view.run.counts["sending"], view.frozen_at, now)
    if view.held_because == RESTORED:
        return _(AFTER_RESTORE, when=since)
    if view.run:
        return _("Frozen {when}; the others wait", when=since)
    return _("Frozen {when}; nothing is sent", when=since)


def _on_their_way(_: Translator, letters: int, frozen_at: datetime | None, now: datetime) -> Markup:
    """By then a worker has given back all that it may: what is left is on the wire."""
    if frozen_at is not None and now - frozen_at > SILENT:
        return _.plural(
            "{n} letter is with the mail server, which has not answered yet; it may take ten "
            "minutes. The others wait.",
            "{n} letters are with the mail server, which has not answered yet; it may take ten "
            "minutes. The others wait.",
            letters,
        )
    return _.plural("{n} letter is still on its way", "{n} letters are still on their way", letters)


def _next(_: Translator, view: CardView, now: datetime) -> list[Markup]:
    left = view.remaining(now)
    if view.missed_at(now):
        return [_("The date {when} was missed.", when=_moment(_, view, view.next_at, now))]
    if left is None:
        return []
    progress = bar(view.fraction(now))
    if counting_down(view, now):
        return [_("Starting in {left}  {bar}", left=duration(left, _), bar=progress)]
    when = _moment(_, view, view.next_at, now)
    line = _("Next: {when}  {bar}  {left}", when=when, bar=progress, left=duration(left, _))
    return [line]


def _moment(_: Translator, view: CardView, date: datetime | None, now: datetime) -> Markup:
    return moment(date, view.timezone, _, now) if date else Markup("")


def _runs(_: Translator, view: CardView, now: datetime) -> list[Markup]:
    if view.run:
        stopped = view.status != "active" or view.held_because in HELD
        going = going_run(_, view.run, now, stopped=stopped)
        return [*going, *_asleep(_, view, now), *_behind(_, view, now)]
    return finished_run(_, view.last, view.timezone, now) if view.last else []


def _asleep(_: Translator, view: CardView, now: datetime) -> list[Markup]:
    run = view.run
    if run is None or not run.asleep or run.wakes_at is None:
        return []
    when = _moment(_, view, run.wakes_at, now)
    line = _.plural(
        "{n} waits for the end of quiet hours: {when}",
        "{n} wait for the end of their quiet hours, the first until {when}",
        run.asleep,
        when=when,
    )
    return [line]


def _behind(_: Translator, view: CardView, now: datetime) -> list[Markup]:
    if view.behind_at is None:
        return []
    when = _moment(_, view, view.behind_at, now)
    return [_("{when}: waits for this sending to end", when=when)]


def _buttons(_: Translator, view: CardView, now: datetime) -> list[Row]:
    report = Button(_("Report"), _do("report", view))
    told = view.last is not None and not view.last.skipped_because
    seen = [[report]] if told or (view.run and view.run.settled) else []
    return [*_actions(_, view, now), *seen, [_to_list(_)]]


def _actions(_: Translator, view: CardView, now: datetime) -> list[Row]:
    change = Button(_("Change"), _do("change", view))
    finish = Button(_("Finish"), _do("finish", view), style="danger")
    if view.status == "finished":
        again = Button(_("Send again"), MailingAction(verb="begin", id=view.message_id))
        return [[again]]
    if view.waiting:
        cancel = Button(_("Cancel it"), _do("cancel", view), style="danger")
        return [[change, cancel if view.untouched else finish]]
    if view.status == "frozen":
        go_on = Button(_("Continue"), _do("unfreeze", view), style="success")
        return [[go_on], [change, finish]]
    if counting_down(view, now):
        start = Button(_("Start now"), _do("start", view), style="success")
        return [[Button(_("Cancel it"), _do("cancel", view), style="danger"), start]]
    decide = Button(_("Decide"), _do("unfreeze", view), style="primary")
    freeze = Button(_("Freeze"), _do("freeze", view))
    return [[decide if view.missed_at(now) else freeze], [change, finish]]


def _do(verb: str, view: CardView) -> MailingAction:
    return MailingAction(verb=verb, id=view.id)


def _to_list(_: Translator) -> Button:
    return back(_, MailingAction(verb="list"), _("Mailings"))
