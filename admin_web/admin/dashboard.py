"""The first page: how the service is today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy import func, select

from admin_web.admin import charts
from admin_web.admin.gate import ROOT
from admin_web.admin.here import here
from admin_web.admin.kept import Kept
from admin_web.pages import DEPS
from core.bootstrap import Deps
from core.db import clock
from core.delivery import figures
from core.delivery.day import Days, Domain
from core.delivery.figures import Coming, OpenRun
from core.jobs import queries as jobs
from core.mailings.models import Mailing
from core.users.models import User

KINDS = ("sent", "failed", "uncertain")
FRESH, STALE = 15.0, 60.0  # seconds
PATIENCE = 0.06  # seconds; a day of millions takes longer to count, and the page comes without
AGAIN = "2"  # seconds, after which a page without figures asks again
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Today:
    """What the page shows; counted at most every few seconds."""

    now: datetime
    hours: charts.Counts
    domains: Sequence[Domain]
    open: Sequence[OpenRun]
    coming: Sequence[Coming]
    depth: dict[tuple[str, str], int]
    active: int
    frozen: int
    users: int

    def total(self, kind: str) -> int:
        """How many letters ended so in the last day."""
        return sum(counts[KINDS.index(kind)] for counts in self.hours.values())

    @property
    def waiting(self) -> int:
        """Letters on their way."""
        return sum(run.open for run in self.open)


TODAY = web.AppKey("today", Kept)
DAYS = web.AppKey("days", Days)


async def count(deps: Deps, days: Days) -> Today:
    """Everything in one transaction."""
    async with deps.sessions() as tx:
        now = await clock(tx)
        since = (now - DAY).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        day = await days.since(tx, since)
        mailings = select(Mailing.status, func.count()).group_by(Mailing.status)
        states = dict((await tx.execute(mailings)).all())
        return Today(
            now=now,
            hours={at: tuple(n.get(kind, 0) for kind in KINDS) for at, n in day.hours.items()},
            domains=day.domains,
            open=await figures.open_runs(tx),
            coming=await figures.coming(tx),
            depth=await jobs.depth(tx),
            active=states.get("active", 0),
            frozen=states.get("frozen", 0),
            users=(await tx.execute(select(func.count()).select_from(User))).scalar_one(),
        )


async def show(request: web.Request) -> web.Response:
    """Figures, charts, what runs and what comes next."""
    at = here(request)
    today: Today | None = await request.app[TODAY].within(PATIENCE)
    if today is None:
        page = await at.page("admin/counting.html")
        page.headers["Refresh"] = AGAIN
        return page
    chart = charts.by_hour(today.hours, KINDS, today.now, at.user.timezone)
    return await at.page("admin/dashboard.html", today=today, chart=chart, kinds=KINDS)


def keep(app: web.Application) -> None:
    """Where the figures are kept."""
    days = app[DAYS] = Days()
    kept = app[TODAY] = Kept(lambda: count(app[DEPS], days), FRESH, STALE, "the day's figures")

    async def close(_app: web.Application) -> None:
        await kept.aclose()

    app.on_cleanup.append(close)


routes = [web.get(ROOT, show)]
