"""Runs in progress, pushed to the page while it is open (server-sent events)."""

import asyncio
import json
import time

import aiohttp_jinja2
from aiohttp import web

from admin_web.admin import words
from admin_web.admin.gate import cookie_name
from admin_web.admin.here import Here, here
from core.db import clock
from core.delivery import figures
from core.sessions import service
from core.tasks import finished_first

ENDING = web.AppKey("ending", asyncio.Event)
EVERY = 1.0
GENTLE = 10  # a slow count is not repeated before ten times its length
CHECK = 30.0  # seconds after which the session is looked at again
LONGEST = 3600.0


async def runs(request: web.Request) -> web.StreamResponse:
    """The list of runs as HTML, whenever it becomes another one."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    try:
        await response.prepare(request)
        await _stream(here(request), response, request.app[ENDING])
    except ConnectionResetError:
        pass  # the page was closed
    return response


async def _stream(at: Here, response: web.StreamResponse, ending: asyncio.Event) -> None:
    shown, end, check = "", time.monotonic() + LONGEST, time.monotonic() + CHECK
    while not ending.is_set() and (before := time.monotonic()) < end:
        html = await _drawn(at)
        data = f"data: {json.dumps(html)}\n\n" if html != shown else ": still here\n\n"
        await response.write(data.encode())
        shown = html
        if before > check and not await _still_in(at):
            return
        check = before + CHECK if before > check else check
        pause = max(EVERY, GENTLE * (time.monotonic() - before))
        await finished_first(asyncio.sleep(pause), ending)


async def _drawn(at: Here) -> str:
    async with at.sessions() as tx:
        found = await figures.open_runs(tx)
    show = words.Show(at._, at.user.timezone)
    names = {"runs": found, "_": at._, "show": show}
    return aiohttp_jinja2.render_string("admin/open_runs.html", at.request, names)


async def _still_in(at: Here) -> bool:
    token = at.request.cookies.get(cookie_name(at.deps.settings), "")
    async with at.sessions() as tx:
        session = await service.find(tx, token, await clock(tx))
        return session is not None and session.user.is_admin


def end_with(app: web.Application) -> None:
    """Let open streams go when the site ends."""
    app[ENDING] = asyncio.Event()

    async def end(_app: web.Application) -> None:
        app[ENDING].set()

    app.on_shutdown.append(end)


routes = [web.get("/admin/live/runs", runs)]
