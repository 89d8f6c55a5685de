"""After a run: what became of it in words, why, and the next step for each cause."""

from collections.abc import Callable
from datetime import datetime

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back
from bot.mailings.callbacks import MailingAction, RunAction
from core.delivery.causes import DELAYS, Cause
from core.delivery.report import Outline, Report
from core.delivery.summary import Delayed
from core.i18n import N_, Translator, number
from core.scheduling.phrases import duration, moment

Said = Callable[[Translator, int], Markup]

# What happened, and what to do about it.
FAILED: dict[Cause, Said] = {
    "gone": lambda _, n: _.plural(
        "{n} address does not exist. Deactivate it, so that it no longer harms your mail.",
        "{n} addresses do not exist. Deactivate them, so that they no longer harm your mail.",
        n,
    ),
    "full": lambda _, n: _.plural(
        "{n} mailbox is full. Try again in some days.",
        "{n} mailboxes are full. Try again in some days.",
        n,
    ),
    "spam": lambda _, n: _.plural(
        "{n} letter was taken for spam. Fewer capitals, links and pictures help.",
        "{n} letters were taken for spam. Fewer capitals, links and pictures help.",
        n,
    ),
    "policy": lambda _, n: _.plural(
        "{n} was refused by the recipient's server. Check SPF, DKIM and DMARC of your domain.",
        "{n} were refused by the recipients' servers. Check SPF, DKIM and DMARC of your domain.",
        n,
    ),
    "later": lambda _, n: _.plural(
        "{n} could not be taken in time by the recipient's server. Retry it.",
        "{n} could not be taken in time by the recipients' servers. Retry them.",
        n,
    ),
    "too_big": lambda _, n: _.plural(
        "{n} was refused as too large. Send fewer or smaller files.",
        "{n} were refused as too large. Send fewer or smaller files.",
        n,
    ),
    "other": lambda _, n: _.plural(
        "{n} was refused without a clear cause; the server's words are in the report.",
        "{n} were refused without a clear cause; the servers' words are in the report.",
        n,
    ),
}
SKIPPED: dict[str, Said] = {
    "unsubscribed": lambda _, n: _.plural("{n} had unsubscribed.", "{n} had unsubscribed.", n),
    "client_inactive": lambda _, n: _.plural("{n} was inactive.", "{n} were inactive.", n),
    "client_erased": lambda _, n: _.plural("{n} was erased.", "{n} were erased.", n),
    "mailing_finished": lambda _, n: _.plural(
        "{n} did not get it: the mailing was finished before.",
        "{n} did not get it: the mailing was finished before.",
        n,
    ),
    "message_inactive": lambda _, n: _.plural(
        "{n} did not get it: the message was inactive.",
        "{n} did not get it: the message was inactive.",
        n,
    ),
    "too_late": lambda _, n: _.plural(
        "{n} was left out: the time given for the sending was over.",
        "{n} were left out: the time given for the sending was over.",
        n,
    ),
}


def _unclear(_: Translator, n: int) -> Markup:
    return _.plural(
        "{n} is unclear: the server took the letter and gave no answer. Decide about it.",
        "{n} are unclear: the server took the letter and gave no answer. Decide about them.",
        n,
    )


# What came back after a server had taken the letter.
RETURNED: dict[str, Said] = {
    "bounce": lambda _, n: _.plural(
        "{n} came back later. If the address is dead, it gets no more letters.",
        "{n} came back later. Those addresses that are dead get no more letters.",
        n,
    ),
    "complaint": lambda _, n: _.plural(
        "{n} recipient called it spam and is unsubscribed.",
        "{n} recipients called it spam and are unsubscribed.",
        n,
    ),
}


def _left_out(_: Translator, n: int) -> Markup:
    return _.plural("{n} was left out.", "{n} were left out.", n)


NOT_STARTED = {
    "overlap": N_(
        "<b>“{subject}” did not start {when}</b>\n\nThe sending before was still going on. The"
        " next date counts; if that happens often, let it repeat more rarely or let such a date"
        " queue behind the sending."
    ),
    "message_inactive": N_(
        "<b>“{subject}” did not start {when}</b>\n\nIts message is inactive. Activate it, and "
        "the mailing goes on with its next date."
    ),
    "missed": N_(
        "<b>“{subject}” did not start {when}</b>\n\nNothing could be sent then, and the date had "
        "passed by more than five minutes: it is left out, as you chose. The next date counts."
    ),
    "nobody": N_(
        "<b>“{subject}” went to nobody {when}</b>\n\nNone of the clients it is meant for gets "
        "letters. Look at whom it is for, and at their tags."
    ),
}


def summary(_: Translator, report: Report, now: datetime) -> Markup:
    """“Discounts, No. 3: 198 of 201 sent”, and a line for each thing worth saying."""
    head = _(
        "<b>{subject}</b>\nNo. {no}, {when}: {sent} of {total} sent",
        subject=report.subject,
        no=report.no,
        when=moment(report.due_at, report.timezone, _, now),
        sent=number(report.counts.get("sent", 0), _.locale),
        total=number(report.total, _.locale),
    )
    if report.took and report.took.total_seconds() >= 1:
        head = _("{result} in {time}", result=head, time=duration(report.took, _))
    lines = _lines(_, report, now)
    if not lines:
        lines = [_("Everybody got it: nothing is left to do.")]
    if report.forgotten:
        lines.append(_("Which letter went to whom is no longer kept, only how many there were."))
    return Markup("\n\n").join([head, Markup("\n").join(lines)])


def _delayed(_: Translator, delayed: Delayed, zone: str, now: datetime) -> Markup:
    return _.plural(
        "{domain} did not take {n} letter yet: {cause}. Tried again {when}.",
        "{domain} did not take {n} letters yet: {cause}. Tried again {when}.",
        delayed.n,
        domain=delayed.domain,
        cause=_(DELAYS[delayed.cause]),
        when=moment(delayed.due_at, zone, _, now),
    )


def _lines(_: Translator, report: Report, now: datetime) -> list[Markup]:
    lines = []
    if waiting := sum(report.counts.get(each, 0) for each in ("queued", "sending", "deferred")):
        lines.append(_.plural("{n} still waits.", "{n} still wait.", waiting))
    if report.delayed:
        lines.append(_delayed(_, report.delayed, report.timezone, now))
    for cause, n in sorted(report.failed.items(), key=lambda each: -each[1]):
        lines.append(FAILED[cause](_, n))
    if uncertain := report.counts.get("uncertain", 0):
        lines.append(_unclear(_, uncertain))
    for kind, n in report.returned.items():
        lines.append(RETURNED[kind](_, n))
    for reason, n in report.skipped.items():
        lines.append(SKIPPED.get(reason, _left_out)(_, n))
    return [Markup("• {}").format(line) for line in lines]


def report(_: Translator, found: Report, now: datetime) -> Screen:
    """The report reached from the card."""
    others: Row = []
    if found.before:
        others.append(Button(_("‹ Earlier"), _do("report", found.before)))
    if found.after:
        others.append(Button(_("Later ›"), _do("report", found.after)))
    chart = Button(_("Chart"), _do("chart", found.run_id))
    documents = [] if found.forgotten else [_xlsx(_, found), chart]
    rows = [*actions(_, found), documents, others, [_to_card(_, found)]]
    return Screen(summary(_, found, now), rows)


def notice(_: Translator, found: Report) -> list[Row]:
    """The buttons under the picture that comes by itself."""
    opened = Button(_("Open the mailing"), MailingAction(verb="open", id=found.mailing_id))
    return [*actions(_, found), [_xlsx(_, found), opened]]


def actions(_: Translator, found: Report) -> list[Row]:
    """The next steps, as far as there are any."""
    steps: Row = []
    if failed := sum(found.at_hand.values()):
        steps.append(Button(_("Retry {n}", n=number(failed, _.locale)), _do("retry", found.run_id)))
    if uncertain := found.counts.get("uncertain", 0):
        label = _("Resolve {n}", n=number(uncertain, _.locale))
        steps.append(Button(label, _do("resolve", found.run_id), style="primary"))
    gone = found.at_hand.get("gone", 0)
    label = _("Deactivate {n}", n=number(gone, _.locale))
    return [steps, [Button(label, _do("aside", found.run_id))] if gone else []]


def resolve(_: Translator, found: Outline) -> Screen:
    """What each choice means."""
    n = found.counts.get("uncertain", 0)
    text = _.plural(
        "<b>{n} recipient is unclear</b>\n\nThe mail server took the letter and gave no answer: it"
        " may have arrived or not. Nothing is sent again without your word.\n\n"
        "<b>Send again</b>: surely gets it, but perhaps twice.\n"
        "<b>Count as sent</b>: no second letter, but perhaps none at all.",
        "<b>{n} recipients are unclear</b>\n\nThe mail server took the letters and gave no answer:"
        " they may have arrived or not. Nothing is sent again without your word.\n\n"
        "<b>Send again</b>: everybody surely gets it, some perhaps twice.\n"
        "<b>Count as sent</b>: nobody gets a second letter, some perhaps none at all.",
        n,
    )
    rows = [
        [
            Button(_("Send again"), _do("again", found.run_id)),
            Button(_("Count as sent"), _do("count", found.run_id)),
        ],
        [back(_, _do("report", found.run_id), _("Report"))],
    ]
    return Screen(text, rows)


def caption(_: Translator, found: Outline) -> Markup:
    """Under the workbook."""
    return _("{subject}, No. {no}: all recipients", subject=found.subject, no=found.no)


def not_started(_: Translator, found: Report, reason: str, now: datetime) -> Screen:
    """Why a date was left out."""
    when = moment(found.due_at, found.timezone, _, now)
    text = _(NOT_STARTED[reason], subject=found.subject, when=when)
    opened = Button(_("Open the mailing"), MailingAction(verb="open", id=found.mailing_id))
    return Screen(text, [[opened]])


def _xlsx(_: Translator, found: Report) -> Button:
    return Button(_("Report XLSX"), _do("xlsx", found.run_id))


def _to_card(_: Translator, found: Report) -> Button:
    return back(_, MailingAction(verb="open", id=found.mailing_id), _("Mailing"))


def _do(verb: str, run_id: int) -> RunAction:
    return RunAction(verb=verb, run=run_id)
