"""Figures for Prometheus, on a port of their own: no names, no addresses, only numbers."""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from admin_web.admin.dashboard import KINDS, TODAY, Today
from admin_web.pages import DEPS
from core.bootstrap import Deps
from core.db import clock
from core.jobs import dead, pauses, workers
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
        processes = await workers.all_of(tx, await clock(tx))
        standing = await pauses.standing(tx)
        dead_letters = await dead.count(tx)
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
