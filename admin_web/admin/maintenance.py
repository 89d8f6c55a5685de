"""Maintenance: nothing starts, everything is kept, and whoever looks is told so."""

from aiohttp import web

from admin_web.admin.gate import redirect
from admin_web.admin.here import here
from admin_web.admin.proof import guarded
from admin_web.admin.settings import PATH
from core.audit.service import record
from core.db import clock
from core.jobs import pauses

NAMED = ("pauses", pauses.EVERYTHING, "")


async def ask(request: web.Request) -> web.Response:
    """What it means, before it begins."""
    return await here(request).page("admin/maintenance.html")


@guarded
async def begin(request: web.Request) -> web.Response:
    """Nothing starts any more."""
    at = here(request)
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        if await pauses.stop(tx, pauses.EVERYTHING, at.user.email, now):
            await record(tx, at.actor, "maintenance_on", NAMED, now)
    return redirect(PATH)


@guarded
async def end(request: web.Request) -> web.Response:
    """All goes on; missed dates follow their mailings' policy."""
    at = here(request)
    async with at.sessions.begin() as tx:
        if await pauses.go_on(tx, pauses.EVERYTHING):
            await record(tx, at.actor, "maintenance_off", NAMED, await clock(tx))
    return redirect(PATH)


MAINTENANCE = "/admin/maintenance"
routes = [
    web.get(MAINTENANCE, ask),
    web.post(MAINTENANCE, begin),
    web.post(MAINTENANCE + "/end", end),
]
