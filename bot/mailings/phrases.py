"""Pieces of text that several screens of mailings share."""

from datetime import datetime, timedelta

from markupsafe import Markup

from bot.mailings.plan import Plan
from core.clients.models import Client
from core.clients.queries import MOST_FOUND
from core.i18n import Translator, number
from core.mail.addresses import show_email
from core.mailings.audience import Audience
from core.pages import Page
from core.scheduling.phrases import describe
from core.scheduling.recurrence import Recurrence
from core.scheduling.rules import upcoming
from core.typed import shortened

_INSTANT = timedelta(microseconds=1)


def clients(_: Translator, n: int) -> Markup:
    """“201 clients”."""
    return _.plural("{n} client", "{n} clients", n)


def who(_: Translator, plan: Plan, audience: Audience) -> Markup:
    """All or chosen, and how many that are."""
    n = number(audience.receiving, _.locale)
    if plan.clients is None:
        return _("all active · {n}", n=n)
    return _("chosen by hand · {n}", n=n)


def left_out(_: Translator, audience: Audience) -> Markup:
    """Who gets no mail and why; empty when nobody is left out."""
    parts = []
    if audience.unsubscribed:
        parts.append(_.plural("{n} unsubscribed", "{n} unsubscribed", audience.unsubscribed))
    if audience.inactive:
        parts.append(_.plural("{n} inactive", "{n} inactive", audience.inactive))
    if n := audience.suppressed:
        parts.append(_.plural("{n} on the do-not-mail list", "{n} on the do-not-mail list", n))
    return Markup(", ").join(parts)


def person(client: Client) -> str:
    """A client on a button."""
    email = show_email(client.email)
    return shortened(f"{client.name} · {email}" if client.name != email else email, 50)


def is_cut(page: Page[Client]) -> bool:
    """Whether a search found more than it shows."""
    return page.total >= MOST_FOUND


def found(_: Translator, page: Page[Client], search: str) -> Markup:
    """How many a search found."""
    if is_cut(page):
        return _(
            "“{search}”: more than {n} found; the newest are here",
            search=search,
            n=number(MOST_FOUND - 1, _.locale),
        )
    return _.plural("“{search}”: {n} found", "“{search}”: {n} found", page.total, search=search)


def rhythm(_: Translator, rule: Recurrence, start: datetime, zone: str) -> Markup:
    """“once”, or the rule in words."""
    return _("once") if rule.kind == "once" else describe(rule, start, zone, _)


def next_dates(plan: Plan, zone: str, now: datetime, n: int = 5) -> list[datetime]:
    """The coming dates of a plan."""
    start = plan.start or now
    return upcoming(plan.repeat, start, zone, max(start, now) - _INSTANT, n)
