"""The site as a whole: its application, its resources, its run from start to drain."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp_jinja2
import structlog
from aiohttp import web

from admin_web import assets, metrics, pages, public, telegram
from admin_web.admin import dashboard, here, live, routes, tasks
from admin_web.admin.many import work
from admin_web.compiled import COMPILED, compile_all
from admin_web.icons import icon
from admin_web.middlewares import MIDDLEWARES, protect
from core.bootstrap import Deps
from core.db import clock
from core.sessions import administrators

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024
DRAIN = 10.0  # seconds for requests in hand when the site ends


def make_app(deps: Deps) -> web.Application:
    """The application on resources that were opened by the caller."""
    app = web.Application(
        middlewares=[metrics.measured, *MIDDLEWARES], client_max_size=LARGEST_BODY
    )
    app[pages.DEPS] = deps
    templates = aiohttp_jinja2.setup(
        app, loader=pages.LOADER, autoescape=True, bytecode_cache=COMPILED
    )
    templates.globals["icon"] = icon
    app.cleanup_ctx.extend((_bot_is_known, _has_administrator))
    app[here.SITE] = routes.common()
    app.on_response_prepare.append(protect)
    dashboard.keep(app)
    tasks.keep(app)
    metrics.keep(app)
    public.upload.keep(app)
    live.end_with(app)
    work.keep(app)
    app.add_routes([*public.routes, *telegram.routes, *assets.routes, *routes.routes])
    return app


async def _bot_is_known(app: web.Application) -> AsyncIterator[None]:
    app[pages.BOT] = pages.BotLink(app[pages.DEPS])
    yield


async def _has_administrator(app: web.Application) -> AsyncIterator[None]:
    """ADMIN_EMAIL gets a letter that leads to a password, while there is no administrator."""
    deps = app[pages.DEPS]
    if deps.settings.admin_email:
        async with deps.sessions.begin() as tx:
            await administrators.ensure_first(tx, deps.settings.admin_email, await clock(tx))
    yield


async def run_web(deps: Deps, stop: asyncio.Event) -> None:
    """Serve until `stop`, then finish the requests in hand."""
    site = make_app(deps)
    async with AsyncExitStack() as stack:
        runner = await _listening(stack, site, deps.settings.web_host, deps.settings.web_port)
        log.info("the site listens", addresses=runner.addresses)
        await compile_all(site)
        if listen := deps.settings.metrics_listen:
            host, _, port = listen.rpartition(":")
            await _listening(stack, metrics.metrics_of(site), host, int(port))
            log.info("metrics are told", at=listen)
        await stop.wait()


async def _listening(
    stack: AsyncExitStack, app: web.Application, host: str, port: int
) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
