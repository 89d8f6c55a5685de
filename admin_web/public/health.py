"""For those who watch: is the process alive, and which service or part of ours is ill."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from sqlalchemy import text

from admin_web.pages import DEPS
from core import bot_name
from core.bootstrap import Deps
from core.db import clock
from core.jobs import pauses, workers

log = structlog.get_logger(__name__)

PATIENCE = 2.0  # seconds for a service to answer

Check = Callable[[Deps], Awaitable[None]]


async def live(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """200 when all services answer, else 503 with the ill ones named."""
    services = await services_of(request.app[DEPS])
    return _told(services, services=services)


async def parts(request: web.Request) -> web.Response:
    """The same of the bot, the workers and the scheduler, too, whichever machine they are on."""
    deps = request.app[DEPS]
    services, ours = await services_of(deps), {}
    if services["postgresql"] == "ok":
        ours = await parts_of(deps)
    return _told({**services, **ours}, services=services, parts=ours)


def _told(states: Mapping[str, str], **named: Mapping[str, str]) -> web.Response:
    ill = "ill" in states.values()
    body = {"status": "ill" if ill else "ok", **named}
    return web.json_response(body, status=503 if ill else 200)


async def services_of(deps: Deps) -> dict[str, str]:
    """PostgreSQL and the others by whether they answer."""
    checks = checks_for(deps)
    states = await asyncio.gather(*(state(name, check, deps) for name, check in checks.items()))
    return dict(zip(checks, states, strict=True))


async def parts_of(deps: Deps) -> dict[str, str]:
    """Our own processes by whether they give signs of life in PostgreSQL."""
    async with deps.sessions() as tx:
        known = await workers.all_of(tx, await clock(tx))
        answering = await bot_name.answers(tx)
    alive = [each for each in known if each.alive]
    here = workers.name_of(socket.gethostname(), os.getpid())
    working = {queue for each in alive for queue in each.queues}
    # A scheduler has no queues, but in the demo, where all parts are one process: this one.
    scheduling = any(not each.queues or each.name == here for each in alive)
    there = {"bot": answering, "scheduler": scheduling}
    there |= {queue: queue in working for queue in pauses.QUEUES}
    return {name: "ok" if well else "ill" for name, well in there.items()}


def checks_for(deps: Deps) -> dict[str, Check]:
    """What this installation consists of."""
    checks: dict[str, Check] = {"postgresql": _postgresql, "redis": _redis}
    if deps.settings.rabbitmq_url:
        checks["rabbitmq"] = _rabbitmq
    return checks


async def state(name: str, check: Check, deps: Deps) -> str:
    """`ok` or `ill`; a service that does not answer in time is ill."""
    try:
        async with asyncio.timeout(PATIENCE):
            await check(deps)
    except Exception as error:
        log.warning("a service does not answer", service=name, reason=type(error).__name__)
        return "ill"
    return "ok"


async def _postgresql(deps: Deps) -> None:
    async with deps.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def _redis(deps: Deps) -> None:
    await deps.redis.ping()


async def _rabbitmq(deps: Deps) -> None:
    assert deps.settings.rabbitmq_url  # noqa: S101  checks_for looked
    address = urlsplit(deps.settings.rabbitmq_url.get_secret_value())
    _, writer = await asyncio.open_connection(address.hostname, address.port or 5672)
    writer.close()


routes = [
    web.get("/health/live", live),
    web.get("/health/ready", ready),
    web.get("/health/parts", parts),
]
