"""Choosing clients by rule: tags with three states, a pause since the last letter, a name."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.kit import Button, Row, Screen, back, pager
from bot.mailings.callbacks import MailingAction
from bot.mailings.phrases import clients
from core.i18n import Translator
from core.mailings.audience import Audience
from core.mailings.models import SavedSegment
from core.mailings.segments import Segment
from core.typed import shortened

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
    if segment.quiet_days is not None:
        parts.append(_quiet(_, segment.quiet_days))
    return Markup(", ").join(parts) if parts else _("all active")


def _or(_: Translator, tags: Sequence[str]) -> Markup:
    return _(" or ").join(shortened(tag, 30) for tag in tags)


def _quiet(_: Translator, days: int) -> Markup:
    return _.plural("not written to for {n} day", "not written to for {n} days", days)


def choose(_: Translator, segment: Segment, tags: Tags, page: int, audience: Audience) -> Screen:
    """Tags to tap, with what the rule means now."""
    text = _(
        "<b>By tags</b>\nChosen: {rule}\nWill get it: {clients}\n\nTap a tag: ☑ with it, tap again:"
        " ✕ without it, once more: either way. Who fits when a sending begins gets it, also"
        " those who are added later.",
        rule=rule(_, segment),
        clients=clients(_, audience.receiving),
    )
    if not tags:
        text = Markup("\n\n").join([text, _("No client has a tag yet: give them some first.")])
    first = page * PER_PAGE
    rows: list[Row] = [
        [Button(_tag(segment, *each), MailingAction(verb="tag", id=number, page=page))]
        for number, each in enumerate(tags[first : first + PER_PAGE], first)
    ]
    rows.append(pager(_, page, len(tags), PER_PAGE, lambda n: MailingAction(verb="tags", page=n)))
    rows.append([Button(_pause(_, segment), MailingAction(verb="quiet", page=page))])
    if not segment.empty:
        rows.append([Button(_("Save under a name"), MailingAction(verb="name_it"))])
    done = Button(_("Done"), MailingAction(verb="begin"), style="primary")
    return Screen(text, [*rows, [done], [back(_, MailingAction(verb="who"))]])


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


def _tag(segment: Segment, tag: str, n: int) -> str:
    mark = "☑" if tag in segment.tags else "✕" if tag in segment.without else "☐"
    return f"{mark} {shortened(tag, 40)} · {n}"


def _pause(_: Translator, segment: Segment) -> Markup:
    if segment.quiet_days is None:
        return _("Written to lately: never mind")
    return _("Only those {rule}", rule=_quiet(_, segment.quiet_days))
