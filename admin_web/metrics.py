"""Figures for Prometheus, on a port of their own: no names, no addresses, only numbers."""

import shutil
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from admin_web.admin.dashboard import KINDS, TODAY, Today
from admin_web.pages import DEPS
from core.alerts import LATELY
from core.bootstrap import Deps
from core.db import Transaction, clock
from core.jobs import dead, pauses, workers
from core.jobs.models import Job
from core.jobs.workers import WorkerView
from core.version import version

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OWN = web.AppKey("metrics", CollectorRegistry)
TOOK = web.AppKey("took", Histogram)
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10)


class Figures(Collector):
    """Numbers counted a moment ago, as Prometheus wants them."""

    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = list(found)

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        yield from self._found


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Note how long a page took, by its pattern: an address may hold a token."""
    began, status = time.perf_counter(), 500
    try:
        response = await handler(request)
        status = response.status
        return response
    except web.HTTPException as error:
        status = error.status
        raise
    finally:
        resource = request.match_info.route.resource
        route = resource.canonical if resource else "none"
        labels = (request.method if request.method in KNOWN else "other", route, str(status))
        request.app[TOOK].labels(*labels).observe(time.perf_counter() - began)


KNOWN = ("GET", "HEAD", "POST")


def keep(app: web.Application) -> None:
    """What the site counts of itself while it runs."""
    registry = app[OWN] = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    app[TOOK] = Histogram(
        "mail_center_site_request_seconds",
        "How long pages took",
        ("method", "route", "status"),
        registry=registry,
        buckets=BUCKETS,
    )


def metrics_of(site: web.Application) -> web.Application:
    """An application that knows one address."""

    async def show(_request: web.Request) -> web.Response:
        figures = CollectorRegistry()
        figures.register(Figures(await _counted(site)))
        body = generate_latest(figures) + generate_latest(site[OWN])
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/metrics", show)])
    return app


async def _counted(site: web.Application) -> list[Metric]:
    today: Today = await site[TODAY]()
    deps: Deps = site[DEPS]
    async with deps.sessions() as tx:
        now = await clock(tx)
        processes = await workers.all_of(tx, now)
        standing = await pauses.standing(tx)
        dead_letters = await dead.count(tx)
        jobs = await _jobs(tx, now)
    alive = [each for each in processes if each.alive]
    still = {queue: queue in standing or pauses.EVERYTHING in standing for queue in pauses.QUEUES}
    return [
        _gauge("info", "The version that runs", {(version(),): 1}, "version"),
        _gauge(
            "jobs", "Open jobs", {(q, s): n for (q, s), n in today.depth.items()}, "queue", "status"
        ),
        _gauge("deliveries_day", "Letters of 24 hours", _by_kind(today), "outcome"),
        _gauge("deliveries_open", "Letters on their way", {(): today.waiting}),
        _gauge("runs_open", "Runs in progress", {(): len(today.open)}),
        _gauge("mailings", "Mailings", _mailings(today), "status"),
        _gauge("users", "Users", {(): today.users}),
        _gauge("workers", "Workers alive", {(): sum(bool(each.queues) for each in alive)}),
        _gauge("processes", "Workers and schedulers alive", {(): len(alive)}),
        _gauge("queue_paused", "1 for what stands still", _numbers(still), "queue"),
        _gauge("maintenance", "1 in maintenance", {(): int(pauses.EVERYTHING in standing)}),
        _gauge("dead_letters", "Messages no worker understood", {(): dead_letters}),
        _gauge("queue_workers", "Workers alive that take this queue", _takers(alive), "queue"),
        *jobs,
        *_disk(deps.settings.data_dir.resolve()),
    ]


async def _jobs(tx: Transaction, now: datetime) -> list[Metric]:
    """What goes wrong with them, as administrators are told in the chat."""
    due = select(Job.queue, func.min(Job.due_at)).where(Job.status == "queued", Job.due_at <= now)
    rows = (await tx.execute(due.group_by(Job.queue))).all()
    waits = dict.fromkeys(pauses.QUEUES, 0.0) | {q: (now - at).total_seconds() for q, at in rows}
    lately = (Job.status == "failed", Job.finished_at > now - LATELY)
    failed = (await tx.execute(select(func.count()).where(*lately))).scalar_one()
    named: Mapping[tuple[str, ...], float] = {(queue,): n for queue, n in waits.items()}
    return [
        _gauge("queue_waits_seconds", "How long the oldest due job has waited", named, "queue"),
        _gauge("jobs_failed_lately", "Jobs that failed in the last 15 minutes", {(): failed}),
    ]


def _takers(alive: Sequence[WorkerView]) -> Mapping[tuple[str, ...], float]:
    return {(q,): sum(q in each.queues for each in alive) for q in pauses.QUEUES}


def _disk(folder: Path) -> list[Metric]:
    """Of the site's DATA_DIR, or of where it would be made."""
    usage = shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists()))
    return [
        _gauge("disk_bytes", "Size of the disk of DATA_DIR", {(): usage.total}),
        _gauge("disk_free_bytes", "Free on the disk of DATA_DIR", {(): usage.free}),
    ]


def _by_kind(today: Today) -> Mapping[tuple[str, ...], float]:
    return {(kind,): today.total(kind) for kind in KINDS}


def _mailings(today: Today) -> Mapping[tuple[str, ...], float]:
    return {("active",): today.active, ("frozen",): today.frozen}


def _numbers(flags: Mapping[str, bool]) -> Mapping[tuple[str, ...], float]:
    return {(name,): int(flag) for name, flag in flags.items()}


def _gauge(
    name: str, words: str, values: Mapping[tuple[str, ...], float], *labels: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"mail_center_{name}", words, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
