"""Workers, queues and their jobs: what runs, what waits, what failed and why."""

from collections import defaultdict
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy import select

from admin_web.admin import charts
from admin_web.admin.gate import redirect
from admin_web.admin.here import here
from core.audit.service import record
from core.db import clock
from core.jobs import figures, workers
from core.jobs.models import Job
from core.jobs.retry import retry
from core.settings import Settings

PATH = "/admin/tasks"
KINDS = ("done", "failed")
STATES = ("queued", "running", "done", "failed")
AT_ONCE = 1000


async def show(request: web.Request) -> web.Response:
    """The whole of it on one page."""
    at = here(request)
    async with at.sessions() as tx:
        now = await clock(tx)
        states = await figures.by_state(tx, now)
        hours = await figures.by_hour(tx, now)
        processes = await workers.all_of(tx, now)
        ended = await figures.by_worker(tx, now)
        kinds = await figures.by_task(tx, now)
        failed = await figures.failed(tx)
    queues: dict[str, dict[str, int]] = defaultdict(dict, {"mail.tx": {}, "mail.bulk": {}})
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
        rabbit=_management(at.deps.settings),
    )


def _management(settings: Settings) -> str | None:
    """RabbitMQ's own page."""
    if settings.rabbitmq_management_url or settings.rabbitmq_url is None:
        return settings.rabbitmq_management_url
    return f"http://{urlsplit(settings.rabbitmq_url.get_secret_value()).hostname}:15672"


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


routes = [web.get(PATH, show), web.post(PATH + "/retry", retry_failed)]
