"""When letters may go: quiet hours and a deadline."""

from datetime import timedelta

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back
from bot.mailings.callbacks import MailingAction
from bot.mailings.plan import Prepared
from core.i18n import Translator
from core.mailings.quiet import USUAL, Quiet, Window
from core.scheduling.phrases import duration, moment

SPANS = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=12), timedelta(days=1))


def quiet_button(_: Translator, quiet: Quiet | None) -> Button:
    """Leads to the quiet hours."""
    label = _("Quiet hours: {hours}", hours=quiet) if quiet else _("Quiet hours: none")
    return Button(label, MailingAction(verb="night"))


def deadline_button(_: Translator, within: timedelta | None) -> Button:
    """Leads to the deadline."""
    if within is None:
        return Button(_("Send before: no limit"), MailingAction(verb="deadline"))
    label = _("Send within {span}", span=duration(within, _))
    return Button(label, MailingAction(verb="deadline"))


def ask_quiet(_: Translator, quiet: Quiet | None, mine: Quiet | None) -> Screen:
    """No letters at night, where each client lives."""
    chosen = str(quiet) if quiet else _("without quiet hours")
    text = _(
        "<b>Quiet hours</b>\nChosen: {chosen}\nNo letters go out in these hours, by each "
        "client's own clock: the client's time zone, else the country's, else yours. They leave "
        "in the first minute after.\n\nTap, or type hours: 22-8, 21:30-9:00",
        chosen=chosen,
    )
    rows: list[Row] = [
        [Button(_tick(each.short, quiet == each), _set(each)) for each in USUAL],
        [Button(_tick(_("No quiet hours"), quiet is None), MailingAction(verb="night_off"))],
    ]
    if quiet != mine:
        mine_too = Button(_("Use it for new mailings too"), MailingAction(verb="night_mine"))
        rows.append([mine_too])
    return Screen(text, [*rows, [back(_, MailingAction(verb="when"))]])


def ask_deadline(_: Translator, prepared: Prepared) -> Screen:
    """Who has not got it by then is left out."""
    within = prepared.plan.within
    chosen = duration(within, _) if within else _("no limit")
    text = _(
        "<b>Send before</b>\nChosen: {chosen}\nClients not reached within this time after the "
        "start are left out.\n\nTap, or type a span or a time: 5 hours, 18:00",
        chosen=chosen,
    )
    spans = [Button(_tick(duration(s, _), s == within), _within(s)) for s in SPANS]
    none = Button(_tick(_("No limit"), within is None), MailingAction(verb="within"))
    return Screen(text, [spans, [none], [back(_, MailingAction(verb="when"))]])


def lines(_: Translator, window: Window) -> list[Markup]:
    """What a card says of it."""
    said = []
    if window.quiet:
        said.append(_("Quiet {hours} by each client's clock", hours=window.quiet))
    if window.within:
        said.append(_("Not later than {span} after a start", span=duration(window.within, _)))
    return [Markup(" · ").join(said)] if said else []


def preflight(_: Translator, prepared: Prepared) -> list[Markup]:
    """What it means for those who are written to."""
    said, zone, now = lines(_, prepared.plan.window), prepared.timezone, prepared.now
    if waits := prepared.asleep:
        until = moment(waits.last, zone, _, now)
        line = _.plural(
            "{n} client has quiet hours then and gets it later, {until} your time",
            "{n} clients have quiet hours then and get it later, the last {until} your time",
            waits.n,
            until=until,
        )
        said.append(line)
    return said


def _set(quiet: Quiet) -> MailingAction:
    return MailingAction(verb="night_set", id=quiet.start * 10_000 + quiet.end)


def _within(span: timedelta) -> MailingAction:
    return MailingAction(verb="within", id=int(span.total_seconds() // 60))


def _tick(label: Markup | str, chosen: bool) -> Markup | str:
    return Markup("✓ {}").format(label) if chosen else label
