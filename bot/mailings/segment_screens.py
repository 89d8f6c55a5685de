"""Choosing clients by rule: tags with three states, countries, a pause since the last letter, those
left out by hand, a name."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back, pager
from bot.mailings.callbacks import MailingAction
from bot.mailings.phrases import clients, found, person
from core.clients.models import Client
from core.i18n import Translator, number
from core.mailings.audience import Audience
from core.mailings.models import SavedSegment
from core.mailings.segments import MOST_TAGS, Segment
from core.pages import Page
from core.typed import shortened
from core.users.countries import country

PER_PAGE = 8
QUIET = (None, 7, 30, 90)
Tags = Sequence[tuple[str, int]]


def rule(_: Translator, segment: Segment) -> Markup:
    """“vip or Moscow, without old, not written to for 30 days”."""
    parts = []
    if segment.tags:
        parts.append(_or(_, segment.tags))
    if segment.without:
        parts.append(_("without {tags}", tags=_or(_, segment.without)))
    if segment.countries:
        names = [country(code, _.locale).name for code in segment.countries]
        parts.append(_("living in: {countries}", countries=", ".join(names)))
    if segment.quiet_days is not None:
        parts.append(_quiet(_, segment.quiet_days))
    rule = Markup(", ").join(parts) if parts else _("all active")
    if not segment.excluded:
        return rule
    return _.plural(
        "{rule}, without {n} chosen", "{rule}, without {n} chosen", len(segment.excluded), rule=rule
    )


def _or(_: Translator, tags: Sequence[str]) -> Markup:
    return _(" or ").join(shortened(tag, 30) for tag in tags)


def _quiet(_: Translator, days: int) -> Markup:
    return _.plural("not written to for {n} day", "not written to for {n} days", days)


def choose(
    _: Translator, segment: Segment, tags: Tags, page: int, audience: Audience, sought: str
) -> Screen:
    """Tags to tap, with what the rule means now; a typed text searches."""
    text = _(
        "<b>By rule</b>\nChosen: {rule}\nWill get it: {clients}\n\nTap a tag: ☑ with it, tap again:"
        " ✕ without it, once more: either way. Who fits when a sending begins gets it, also"
        " those who are added later.",
        rule=rule(_, segment),
        clients=clients(_, audience.receiving),
    )
    if hint := _of_tags(_, len(tags), sought):
        text = Markup("\n\n").join([text, hint])
    first = page * PER_PAGE
    rows: list[Row] = [
        [Button(_tag(_, segment, *each), MailingAction(verb="tag", id=place, page=page))]
        for place, each in enumerate(tags[first : first + PER_PAGE], first)
    ]
    rows.append(pager(_, page, len(tags), PER_PAGE, lambda n: MailingAction(verb="tags", page=n)))
    if sought:
        rows.append([Button(_("Show all tags"), MailingAction(verb="untag"))])
    rows.append([Button(_lands(_, segment), MailingAction(verb="lands"))])
    rows.append([Button(_pause(_, segment), MailingAction(verb="quiet", page=page))])
    rows.append([spare_button(_, segment)])
    if not segment.empty:
        rows.append([Button(_("Save under a name"), MailingAction(verb="name_it"))])
    done = Button(_("Done"), MailingAction(verb="begin"), style="primary")
    return Screen(text, [*rows, [done], [back(_, MailingAction(verb="who"))]])


def _of_tags(_: Translator, n: int, sought: str) -> Markup | None:
    """What else there is to know of the list."""
    if sought:
        return _("Tags with “{sought}”: {n}", n=n, sought=sought)
    if not n:
        return _("No client has a tag yet: give them some first.")
    if n >= MOST_TAGS:
        return _("These are the {n} most used tags. To search, type a part of a tag.", n=n)
    return _("To search, type a part of a tag.") if n > PER_PAGE else None


def lands(_: Translator, segment: Segment, known: Tags, page: int, audience: Audience) -> Screen:
    """Countries to tap: where the clients live."""
    text = _(
        "<b>By country</b>\nChosen: {rule}\nWill get it: {clients}\n\nClients of whom no country is"
        " known are among them only while no country is chosen.",
        rule=rule(_, segment),
        clients=clients(_, audience.receiving),
    )
    if not known:
        text = Markup("\n\n").join([text, _("No client has a country yet.")])
    first = page * PER_PAGE
    rows: list[Row] = [
        [Button(_land(_, segment, *each), MailingAction(verb="land", id=place, page=page))]
        for place, each in enumerate(known[first : first + PER_PAGE], first)
    ]
    rows.append(pager(_, page, len(known), PER_PAGE, lambda n: MailingAction(verb="lands", page=n)))
    done = Button(_("Done"), MailingAction(verb="begin"), style="primary")
    return Screen(text, [*rows, [done], [back(_, MailingAction(verb="tags"))]])


def spare_button(_: Translator, segment: Segment | None) -> Button:
    """Leads to those who are left out by hand."""
    n = len(segment.excluded) if segment else 0
    label = _("Leave out · {n}", n=n) if n else _("Leave some out")
    return Button(label, MailingAction(verb="spare"))


def spare(_: Translator, segment: Segment, page: Page[Client], search: str) -> Screen:
    """Clients with marks on those who are left out; a typed text searches."""
    text = _(
        "<b>Leave out</b> · {n}\nTap those who shall not get it. To search, type a part of a name,"
        " an address or a tag.",
        n=len(segment.excluded),
    )
    if search:
        text = Markup("\n").join([text, found(_, page, search)])
    no = page.offset // PER_PAGE
    rows: list[Row] = [[_spared(segment, each, no)] for each in page.rows]
    turn = pager(_, no, page.total, PER_PAGE, lambda n: MailingAction(verb="spare", page=n))
    everybody = [Button(_("Show all"), MailingAction(verb="unspare"))] if search else []
    done = Button(_("Done"), MailingAction(verb="begin"), style="primary")
    return Screen(text, [*rows, turn, everybody, [done], [back(_, MailingAction(verb="who"))]])


def _spared(segment: Segment, client: Client, page: int) -> Button:
    mark = "✕" if client.id in segment.excluded else "☐"
    data = MailingAction(verb="spare_one", id=client.id, page=page)
    return Button(f"{mark} {person(client)}", data)


def _land(_: Translator, segment: Segment, code: str, n: int) -> str:
    mark = "☑" if code in segment.countries else "☐"
    return f"{mark} {country(code, _.locale).label} · {number(n, _.locale)}"


def _lands(_: Translator, segment: Segment) -> Markup:
    if not segment.countries:
        return _("Countries: all")
    return _("Countries · {n}", n=len(segment.countries))


def ask_name(_: Translator, segment: Segment) -> Screen:
    """A name for the rule."""
    text = _(
        "<b>What is it called?</b>\n{rule}\n\nType a name, for example: Regulars of Moscow",
        rule=rule(_, segment),
    )
    return Screen(text, [[back(_, MailingAction(verb="tags"))]])


def kept(_: Translator, segments: Sequence[SavedSegment]) -> list[Row]:
    """Saved rules for the question to whom."""
    return [
        [
            Button(f"★ {shortened(each.name, 40)}", MailingAction(verb="saved", id=each.id)),
            Button(_("Delete"), MailingAction(verb="unsave", id=each.id)),
        ]
        for each in segments
    ]


def _tag(_: Translator, segment: Segment, tag: str, n: int) -> str:
    mark = "☑" if tag in segment.tags else "✕" if tag in segment.without else "☐"
    return f"{mark} {shortened(tag, 40)} · {number(n, _.locale)}"


def _pause(_: Translator, segment: Segment) -> Markup:
    if segment.quiet_days is None:
        return _("Last written to: no matter when")
    return _("Only those {rule}", rule=_quiet(_, segment.quiet_days))
