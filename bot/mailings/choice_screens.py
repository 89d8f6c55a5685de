"""To whom, when, how often, until when: the questions behind the three lines."""

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back, pager
from bot.mailings import segment_screens, window_screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.phrases import found, is_cut, person, rhythm
from bot.mailings.plan import ONCE, Plan, Prepared
from bot.mailings.plan_screens import dates, first_date
from core.clients.models import Client
from core.clients.queries import Counts
from core.i18n import N_, Translator, number
from core.mailings.models import SavedSegment
from core.pages import Page
from core.scheduling.recurrence import Recurrence
from core.users.zones import city

PER_PAGE = 8

# What a button says and what typing it would be.
TIMES = (
    (N_("Now"), "now"),
    (N_("In 1 hour"), "in 1 hour"),
    (N_("Tomorrow at 9:00"), "tomorrow 9:00"),
    (N_("Monday at 9:00"), "monday 9:00"),
)
REPEATS = (
    (N_("Once"), ONCE),
    (N_("Every day"), Recurrence("days")),
    (N_("Every weekday"), Recurrence("weeks", weekdays=(0, 1, 2, 3, 4))),
    (N_("Every week"), Recurrence("weeks")),
    (N_("Every month"), Recurrence("months")),
)
MISSED = {
    "run_once": N_("A missed date: send later"),
    "skip": N_("A missed date: skip it"),
    "ask": N_("A missed date: ask me"),
}
OVERLAP = {
    "skip": N_("A date during a sending: skip it"),
    "queue": N_("A date during a sending: queue behind it"),
}


def who(_: Translator, plan: Plan, counts: Counts, kept: Sequence[SavedSegment] = ()) -> Screen:
    """All, some by rule, or some by hand."""
    text = _(
        "<b>To whom?</b>\nAll active clients, those that fit a rule (tags, country, not written to"
        " lately), or those you choose."
    )
    everybody = _("All active · {n}", n=number(counts.active, _.locale))
    by_hand = (
        _("Choose by hand")
        if plan.clients is None
        else _("Chosen by hand · {n}", n=number(len(plan.clients), _.locale))
    )
    rows = [
        [Button(_chosen(everybody, plan.audience == "all"), MailingAction(verb="all"))],
        [Button(_chosen(_("By rule"), plan.audience == "segment"), MailingAction(verb="tags"))],
        *segment_screens.kept(_, kept),
        [Button(_chosen(by_hand, plan.clients is not None), MailingAction(verb="hand"))],
        [segment_screens.spare_button(_, plan.segment)] if plan.clients is None else [],
    ]
    return Screen(text, [*rows, [_to_plan(_)]])


def by_hand(_: Translator, plan: Plan, page: Page[Client], search: str) -> Screen:
    """Clients with check marks; a typed text searches."""
    chosen = set(plan.clients or ())
    no = page.offset // PER_PAGE
    rows: list[Row] = [
        [Button(_tick(client, client.id in chosen), _pick(client, no))] for client in page.rows
    ]
    rows.append(pager(_, no, page.total, PER_PAGE, lambda n: MailingAction(verb="hand", page=n)))
    done = _("Done · {n} chosen", n=number(len(chosen), _.locale))
    rows.append(_all_found(_, page, search))
    rows.append([Button(done, MailingAction(verb="begin"), style="primary")])
    return Screen(_searched(_, page, search), [*rows, [back(_, MailingAction(verb="who"))]])


def when(_: Translator, prepared: Prepared) -> Screen:
    """Buttons for the usual, typing for everything else."""
    text = _(
        "<b>When?</b>\nChosen: {when}\n"
        "Tap a button or type a date: tomorrow 9, 25.12 10:30, in 2 hours.\n"
        "Time zone: {zone}",
        when=first_date(_, prepared),
        zone=city(prepared.timezone, _.locale),
    )
    buttons = [
        Button(_(label), MailingAction(verb="at", id=n)) for n, (label, _typed) in enumerate(TIMES)
    ]
    plan = prepared.plan
    return Screen(
        text,
        [
            buttons[:2],
            buttons[2:],
            [Button(_("Calendar"), MailingAction(verb="cal"))],
            [window_screens.quiet_button(_, plan.quiet)],
            [window_screens.deadline_button(_, plan.within)],
            [_to_plan(_)],
        ],
    )


def repeat(_: Translator, prepared: Prepared) -> Screen:
    """The usual rhythms; what else there is to say about one that repeats."""
    plan = prepared.plan
    rule = rhythm(_, plan.repeat, plan.start or prepared.now, prepared.timezone)
    text = _(
        "<b>Repeat?</b>\nChosen: {rule}\n"
        "Tap a button or type: every day at 9, tue fri 10:30, 15th, last day, every 3 hours, or a "
        "cron line.",
        rule=rule,
    )
    buttons = [
        Button(_chosen(_(label), _same(plan, usual)), MailingAction(verb="every", id=n))
        for n, (label, usual) in enumerate(REPEATS)
    ]
    rows = [buttons[:2], buttons[2:4], buttons[4:]]
    if plan.repeat.kind == "once":
        return Screen(text, [*rows, [_to_plan(_)]])
    text = Markup("\n\n").join([text, dates(_, prepared)])
    more = [
        [Button(_("Set an end"), MailingAction(verb="end"))],
        [Button(_(MISSED[plan.missed]), MailingAction(verb="missed"))],
        [Button(_(OVERLAP[plan.overlap]), MailingAction(verb="overlap"))],
        [Button(_("Done"), MailingAction(verb="begin"), style="primary")],
    ]
    return Screen(text, [*rows, *more, [_to_plan(_)]])


def end(_: Translator) -> Screen:
    """A date, a number of times, or never."""
    text = _("<b>Until when?</b>\nType a date or a number of times: 31.12, 31.12.2027, 10 times.")
    never = Button(_("Without an end"), MailingAction(verb="endless"))
    month = Button(_("Calendar"), MailingAction(verb="end_cal"))
    return Screen(text, [[never, month], [back(_, MailingAction(verb="repeat"))]])


def _same(plan: Plan, rule: Recurrence) -> bool:
    return replace(plan.repeat, ends_at=None, count=None) == rule


def _chosen(label: Markup, chosen: bool) -> Markup:
    return Markup("✓ {}").format(label) if chosen else label


def _tick(client: Client, chosen: bool) -> str:
    return f"{'☑' if chosen else '☐'} {person(client)}"


def _pick(client: Client, page: int) -> MailingAction:
    return MailingAction(verb="pick", id=client.id, page=page)


def _searched(_: Translator, page: Page[Client], search: str) -> Markup:
    if not search:
        return _(
            "<b>Choose clients</b> · {n}\n"
            "Tap to choose. To search, type a part of a name, an address or a tag.",
            n=number(page.total, _.locale),
        )
    if not page.total:
        return _(
            "<b>Choose clients</b>\nNobody found for “{search}”. Type another text.", search=search
        )
    return Markup("\n").join([_("<b>Choose clients</b>"), found(_, page, search)])


def _all_found(_: Translator, page: Page[Client], search: str) -> Row:
    if not search:
        return []
    label = (
        _("Choose all found")
        if is_cut(page)
        else _("Choose all found · {n}", n=number(page.total, _.locale))
    )
    everybody = [Button(label, MailingAction(verb="found"))] if page.total else []
    return [*everybody, Button(_("Show all"), MailingAction(verb="unfind"))]


def _to_plan(_: Translator) -> Button:
    return back(_, MailingAction(verb="begin"))
