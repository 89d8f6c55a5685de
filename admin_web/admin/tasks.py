"""Workers, queues and their jobs: what runs, what waits, what stands still, what failed and why."""

from collections import defaultdict
from collections.abc import Sequence

from aiohttp import web
from sqlalchemy import select

from admin_web.admin import charts
from admin_web.admin.gate import redirect
from admin_web.admin.here import here
from admin_web.admin.kept import Kept
from admin_web.pages import DEPS
from core.audit.service import record
from core.db import clock
from core.jobs import dead, figures, pauses, rabbit, workers
from core.jobs.models import Job
from core.jobs.retry import retry
from core.settings import Settings

PATH = "/admin/tasks"
KINDS = ("done", "failed")
STATES = ("queued", "running", "done", "failed")
AT_ONCE = 1000
FRESH, STALE = 2.0, 10.0  # seconds

RABBIT = web.AppKey("rabbit", Kept)


async def show(request: web.Request) -> web.Response:
    """The whole of it on one page."""
    at = here(request)
    async with at.looking() as tx:
        now = await clock(tx)
        states = await figures.by_state(tx, now)
        hours = await figures.by_hour(tx, now)
        processes = await workers.all_of(tx, now)
        ended = await figures.by_worker(tx, now)
        kinds = await figures.by_task(tx, now)
        failed = await figures.failed(tx)
        dead_letters = await dead.count(tx)
    queues: dict[str, dict[str, int]] = defaultdict(dict, {name: {} for name in pauses.QUEUES})
    for (queue, state), n in states.items():
        queues[queue][state] = n
    return await at.page(
        "admin/tasks.html",
        chart=charts.by_hour(hours, KINDS, now, at.user.timezone),
        kinds=KINDS,
        states=STATES,
        queues=queues,
        processes=processes,
        ended=ended,
        tasks=kinds,
        failed=failed,
        dead_letters=dead_letters,
        rabbit_page=_page(at.deps.settings),
        rabbit=await request.app[RABBIT]() if at.deps.settings.rabbitmq_url else (),
    )


async def stop(request: web.Request) -> web.Response:
    """A queue stands still from now on."""
    at, queue = here(request), request.match_info["queue"]
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        if await pauses.stop(tx, queue, at.user.email, now):
            await record(tx, at.actor, "pause", ("pauses", queue, queue), now)
    return redirect(PATH)


async def go_on(request: web.Request) -> web.Response:
    """It goes on where it stood."""
    at, queue = here(request), request.match_info["queue"]
    async with at.sessions.begin() as tx:
        if await pauses.go_on(tx, queue):
            await record(tx, at.actor, "resume", ("pauses", queue, queue), await clock(tx))
    return redirect(PATH)


async def retry_failed(request: web.Request) -> web.Response:
    """Every job that was given up is tried again."""
    at = here(request)
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        ids = await tx.scalars(select(Job.id).where(Job.status == "failed").limit(AT_ONCE))
        for job_id in ids.all():
            await retry(tx, job_id, now)
        await record(tx, at.actor, "retry", ("jobs", "", ""), now)
    return redirect(PATH)


def _page(settings: Settings) -> str | None:
    """RabbitMQ's own page, without the account that its address may hold."""
    address, management = settings.rabbitmq_url, settings.rabbitmq_management_url
    if address is None:
        return management
    return rabbit.page_of(address.get_secret_value(), management)


async def _asked(settings: Settings) -> Sequence[rabbit.QueueView] | None:
    """The figures of RabbitMQ's page; None when it does not answer."""
    assert settings.rabbitmq_url  # noqa: S101  `show` looked
    address = settings.rabbitmq_url.get_secret_value()
    return await rabbit.queues(address, settings.rabbitmq_management_url)


def keep(app: web.Application) -> None:
    """Where RabbitMQ's figures are kept for a moment."""
    kept = app[RABBIT] = Kept(
        lambda: _asked(app[DEPS].settings), FRESH, STALE, "RabbitMQ's figures"
    )

    async def close(_app: web.Application) -> None:
        await kept.aclose()

    app.on_cleanup.append(close)


QUEUE = PATH + "/{queue:mail\\.tx|mail\\.bulk}"
routes = [
    web.get(PATH, show),
    web.post(PATH + "/retry", retry_failed),
    web.post(QUEUE + "/stop", stop),
    web.post(QUEUE + "/go-on", go_on),
]
