"""Pieces of text that several screens of mailings share."""

from datetime import datetime, timedelta

from markupsafe import Markup

from bot.mailings.plan import Plan
from core.i18n import Translator
from core.mailings.audience import Audience
from core.scheduling.phrases import describe
from core.scheduling.recurrence import Recurrence
from core.scheduling.rules import upcoming

_INSTANT = timedelta(microseconds=1)


def clients(_: Translator, n: int) -> Markup:
    """“201 clients”."""
    return _.plural("{n} client", "{n} clients", n)


def who(_: Translator, plan: Plan, audience: Audience) -> Markup:
    """All or chosen, and how many that are."""
    if plan.clients is None:
        return _("all active · {n}", n=audience.receiving)
    return _("chosen by hand · {n}", n=audience.receiving)


def left_out(_: Translator, audience: Audience) -> Markup:
    """Who gets no mail and why; empty when nobody is left out."""
    parts = []
    if audience.unsubscribed:
        parts.append(_.plural("{n} unsubscribed", "{n} unsubscribed", audience.unsubscribed))
    if audience.inactive:
        parts.append(_.plural("{n} inactive", "{n} inactive", audience.inactive))
    if n := audience.suppressed:
        parts.append(_.plural("{n} on the list without mail", "{n} on the list without mail", n))
    return Markup(", ").join(parts)


def rhythm(_: Translator, rule: Recurrence, start: datetime, zone: str) -> Markup:
    """“once”, or the rule in words."""
    return _("once") if rule.kind == "once" else describe(rule, start, zone, _)


def next_dates(plan: Plan, zone: str, now: datetime, n: int = 5) -> list[datetime]:
    """The coming dates of a plan."""
    start = plan.start or now
    return upcoming(plan.repeat, start, zone, max(start, now) - _INSTANT, n)
