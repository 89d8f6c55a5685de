"""The stand's HTTP server: the Bot API for the bot, pages and actions for people."""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from core.tasks import Background
from demo.serving import own_pages_only
from demo.stand import page, store
from demo.stand.errors import ApiError, NotFound, Unauthorized
from demo.stand.keys import STAND
from demo.stand.methods import call
from demo.stand.requests import Params, read_request
from demo.stand.state import Stand

_LARGEST_UPLOAD = 51 * 1024 * 1024


def make_app(stand: Stand) -> web.Application:
    """The application around a stand."""
    app = web.Application(client_max_size=_LARGEST_UPLOAD, middlewares=[own_pages_only])
    app[STAND] = stand
    app.router.add_route("*", "/bot{token}/{method}", _method)
    app.router.add_get("/file/bot{token}/{path:.+}", _file)
    page.add_routes(app)
    app.cleanup_ctx.append(_background)
    app.on_shutdown.append(_end_waiting)
    return app


async def _method(request: web.Request) -> web.Response:
    stand = request.app[STAND]
    try:
        _authorize(stand, request)
        params = await read_request(request)
        result = await call(stand, request.match_info["method"], params)
    except ApiError as error:
        return web.json_response(error.body(), status=error.code)
    return web.json_response({"ok": True, "result": result})


async def _file(request: web.Request) -> web.Response:
    stand = request.app[STAND]
    try:
        _authorize(stand, request)
        if (file := stand.files.by_path(request.match_info["path"])) is None:
            raise NotFound
    except ApiError as error:
        return web.json_response(error.body(), status=error.code)
    return web.Response(body=stand.files.content(file), content_type="application/octet-stream")


def _authorize(stand: Stand, request: web.Request) -> None:
    if request.match_info["token"] != stand.token:
        raise Unauthorized


async def _background(app: web.Application) -> AsyncIterator[None]:
    stand = app[STAND]
    store.load(stand)

    async def answer(params: Params) -> Any:
        try:
            return await call(stand, params.text("method"), params)
        except ApiError:
            return None

    background = Background()
    background.start(stand.webhook.run(answer), "webhook")
    background.start(store.keep(stand), "stand's memory")
    yield
    await background.aclose()
    store.save(stand)


async def _end_waiting(app: web.Application) -> None:
    app[STAND].updates.end_poll()
    for chat in app[STAND].chats.values():
        for watcher in chat.watchers:
            watcher.put_nowait({"type": "bye"})
