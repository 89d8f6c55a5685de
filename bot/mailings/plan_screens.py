"""The launch: three lines with defaults, each of which can be changed, and the last look."""

from datetime import datetime, timedelta

from markupsafe import Markup

from bot.clients.callbacks import ClientAction
from bot.kit import Button, Row, Screen, back
from bot.mailings import preflight_phrases, window_screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.phrases import clients, left_out, next_dates, rhythm, who
from bot.mailings.plan import Prepared
from bot.mailings.segment_screens import rule as rule_of
from bot.messages.callbacks import MessageAction
from core.accounts.forecast import Forecast
from core.i18n import Translator, number
from core.mail.domain_checks import DomainCheck
from core.mailings.preflight import Preflight
from core.scheduling.phrases import duration, moment


def overview(_: Translator, prepared: Prepared) -> Screen:
    """The three lines; nobody to write to is the first thing to put right."""
    rows = [
        _first(_, prepared),
        _rest(_, prepared),
        *_choices(_, prepared),
        [_back(_, prepared)],
    ]
    return Screen(Markup("\n").join([_title(_, prepared), "", *_lines(_, prepared)]), rows)


def check(
    _: Translator,
    prepared: Prepared,
    pace: float | None,
    preflight: Preflight,
    domain: DomainCheck | None,
) -> Screen:
    """All that will happen, before it does; `domain` is None while DNS is being asked."""
    plan, zone, now = prepared.plan, prepared.timezone, prepared.now
    people, start = prepared.audience.receiving, prepared.starts_at
    expected = preflight.forecast(people, start, plan.within, prepared.nights)
    lines = [
        _("<b>All set?</b>"),
        _(
            "“{subject}” → {clients}",
            subject=prepared.subject,
            clients=clients(_, people),
        ),
        _start(_, prepared, pace, expected),
    ]
    if plan.repeat.kind != "once":
        lines.append(_("Repeat: {rule}", rule=rhythm(_, plan.repeat, plan.start or now, zone)))
        lines.append(dates(_, prepared))
    if reasons := left_out(_, prepared.audience):
        lines.append(_("Left out: {reasons}", reasons=reasons))
    lines += window_screens.preflight(_, prepared)
    lines += [Markup(""), *preflight_phrases.findings(_, preflight, people)]
    lines += preflight_phrases.of_time(_, prepared, preflight.quota, expected)
    lines.append(preflight_phrases.of_domain(_, preflight.domain, domain))
    launch = Button(_("Launch"), MailingAction(verb="accept"), style="success")
    letter = Button(_("Letter to me"), MailingAction(verb="to_me"))
    sample = Button(_("Sample"), MailingAction(verb="sample"))
    mend = Button(_("Change the message"), MessageAction(verb="change", id=plan.message))
    rows = [[launch], [letter, sample], [mend], [_to_plan(_)]]
    return Screen(Markup("\n").join(lines), rows)


def dates(_: Translator, prepared: Prepared) -> Markup:
    """The next five dates of a repetition."""
    found = next_dates(prepared.plan, prepared.timezone, prepared.now)
    if not found:
        return _("There is no date to send on: the end is before the start.")
    shown = [moment(date, prepared.timezone, _, prepared.now) for date in found]
    return Markup("\n").join([_("Next dates:"), *(Markup("• {}").format(date) for date in shown)])


def _title(_: Translator, prepared: Prepared) -> Markup:
    if prepared.plan.mailing is None:
        return _("<b>New mailing</b>\n“{subject}”", subject=prepared.subject)
    return _(
        "<b>Change the mailing</b>\n“{subject}”\nChanges count from the next sending.",
        subject=prepared.subject,
    )


def _lines(_: Translator, prepared: Prepared) -> list[Markup]:
    plan, audience = prepared.plan, prepared.audience
    people = who(_, plan, audience)
    if plan.segment is not None:
        people = _(
            "{rule} · {n}", rule=rule_of(_, plan.segment), n=number(audience.receiving, _.locale)
        )
    if reasons := left_out(_, audience):
        people = _("{who} (left out: {reasons})", who=people, reasons=reasons)
    rule = rhythm(_, plan.repeat, plan.start or prepared.now, prepared.timezone)
    lines = [
        _("1. To whom: {who}", who=people),
        _("2. When: {when}", when=first_date(_, prepared)),
        _("3. Repeat: {rule}", rule=rule),
    ]
    lines += window_screens.lines(_, plan.window)
    return lines if audience.receiving else [*lines, Markup(""), _nobody(_, prepared)]


def first_date(_: Translator, prepared: Prepared) -> Markup:
    """“now”, or the next date."""
    if prepared.plan.start is None:
        return _("now")
    coming = next_dates(prepared.plan, prepared.timezone, prepared.now, 1)
    date = coming[0] if coming else prepared.plan.start
    return moment(date, prepared.timezone, _, prepared.now)


def _nobody(_: Translator, prepared: Prepared) -> Markup:
    if prepared.plan.audience == "segment":
        return _("Nobody fits this choice.")
    if prepared.plan.clients is None:
        return _("There is nobody to write to yet: add a client or send a file with clients.")
    return _("Nobody is chosen yet.")


def _first(_: Translator, prepared: Prepared) -> Row:
    plan = prepared.plan
    if not prepared.audience.receiving and plan.audience == "segment":
        return [Button(_("Choose clients"), MailingAction(verb="tags"), style="primary")]
    if not prepared.audience.receiving and plan.clients is None:
        return [Button(_("Add clients"), ClientAction(verb="new"), style="primary")]
    if not prepared.audience.receiving:
        return [Button(_("Choose clients"), MailingAction(verb="hand"), style="primary")]
    if plan.mailing is None:
        return [Button(_("Check"), MailingAction(verb="check"), style="primary")]
    if not plan.changed:
        return []
    return [Button(_("Save changes"), MailingAction(verb="save"), style="success")]


def _choices(_: Translator, prepared: Prepared) -> list[Row]:
    choices = [
        Button(_("To whom"), MailingAction(verb="who")),
        Button(_("When"), MailingAction(verb="when")),
        Button(_("Repeat"), MailingAction(verb="repeat")),
    ]
    if prepared.plan.mailing is None:
        return [choices]
    choices.insert(0, Button(_("Message"), MailingAction(verb="message")))
    return [choices[:2], choices[2:]]  # four in a row are cut off on a phone


def _rest(_: Translator, prepared: Prepared) -> Row:
    if not prepared.waiting:
        return []
    label = _(
        "{mark} New letter also for those waiting: {n}",
        mark="☑" if prepared.plan.rest else "☐",
        n=number(prepared.waiting, _.locale),
    )
    return [Button(label, MailingAction(verb="rest"))]


def _start(_: Translator, prepared: Prepared, pace: float | None, expected: Forecast) -> Markup:
    """With its end where the pace of the last time is all that bounds it."""
    if pace is None or expected.because or expected.ends_at is None or not expected.sure:
        return _("Start: {when}", when=first_date(_, prepared))
    when, n = first_date(_, prepared), max(1, round(pace))
    end = _end(_, prepared.starts_at, expected.ends_at - prepared.starts_at, prepared)
    return _.plural(
        "Start: {when}, ends about {end} ({n} letter a minute, as last time)",
        "Start: {when}, ends about {end} ({n} letters a minute, as last time)",
        n,
        when=when,
        end=end,
    )


def _end(_: Translator, begin: datetime, takes: timedelta, prepared: Prepared) -> Markup:
    if takes < timedelta(minutes=2):
        return _("{span} later", span=duration(takes, _))
    return moment(begin + takes, prepared.timezone, _, prepared.now)


def _back(_: Translator, prepared: Prepared) -> Button:
    if prepared.plan.mailing is None:
        return back(_, MailingAction(verb="new"), _("Messages"))
    return back(_, MailingAction(verb="open", id=prepared.plan.mailing))


def _to_plan(_: Translator) -> Button:
    return back(_, MailingAction(verb="begin"))
