"""The site as a whole: its application, its resources, its run from start to drain."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp_jinja2
import structlog
from aiohttp import web

from admin_web import assets, pages, public, telegram
from admin_web.admin import here, routes
from admin_web.icons import icon
from admin_web.middlewares import MIDDLEWARES, protect
from core.bootstrap import Deps

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024
DRAIN = 10.0  # seconds for requests in hand when the site ends


def make_app(deps: Deps) -> web.Application:
    """The application on resources that were opened by the caller."""
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=LARGEST_BODY)
    app[pages.DEPS] = deps
    templates = aiohttp_jinja2.setup(app, loader=pages.LOADER, autoescape=True)
    templates.globals["icon"] = icon
    app.cleanup_ctx.append(_bot_is_known)
    app[here.SITE] = routes.common()
    app.on_response_prepare.append(protect)
    app.add_routes([*public.routes, *telegram.routes, *assets.routes, *routes.routes])
    return app


async def _bot_is_known(app: web.Application) -> AsyncIterator[None]:
    app[pages.BOT] = pages.BotLink(app[pages.DEPS])
    yield


async def run_web(deps: Deps, stop: asyncio.Event) -> None:
    """Serve until `stop`, then finish the requests in hand."""
    runner = web.AppRunner(make_app(deps), access_log=None, shutdown_timeout=DRAIN)
    await runner.setup()
    try:
        await web.TCPSite(runner, deps.settings.web_host, deps.settings.web_port).start()
        log.info("the site listens", addresses=runner.addresses)
        await stop.wait()
    finally:
        await runner.cleanup()
