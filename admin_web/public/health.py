"""For those who watch: is the process alive, and which of its services is ill."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from sqlalchemy import text

from admin_web.pages import DEPS
from core.bootstrap import Deps

log = structlog.get_logger(__name__)

PATIENCE = 2.0  # seconds for a service to answer

Check = Callable[[Deps], Awaitable[None]]


async def live(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """200 when all services answer, else 503 with the ill ones named."""
    deps = request.app[DEPS]
    checks = checks_for(deps)
    states = await asyncio.gather(*(state(name, check, deps) for name, check in checks.items()))
    services = dict(zip(checks, states, strict=True))
    ill = "ill" in services.values()
    body = {"status": "ill" if ill else "ok", "services": services}
    return web.json_response(body, status=503 if ill else 200)


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


routes = [web.get("/health/live", live), web.get("/health/ready", ready)]
