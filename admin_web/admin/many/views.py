"""The question before a deed with every matching row, its progress and its result."""

from aiohttp import web

from admin_web.admin.bulk import verb_of
from admin_web.admin.deeds import DELETE
from admin_web.admin.filters import wanted
from admin_web.admin.gate import redirect
from admin_web.admin.here import Here, here
from admin_web.admin.listing import packed, unpacked
from admin_web.admin.many import log, matching, work
from admin_web.admin.many.log import Deed
from admin_web.admin.many.matching import Matching
from admin_web.admin.proof import guarded
from admin_web.admin.resource import Resource
from admin_web.admin.views import TABLE, resource_of
from core.db import clock
from core.errors import Conflict

AGAIN = "2"  # seconds, after which the page of one that is at work comes anew


@guarded
async def ask(request: web.Request) -> web.Response:
    """How many rows, some of them, and what would become of what hangs on them."""
    at, resource = here(request), resource_of(request)
    query = {name: v for name, v in request.query.items() if name not in ("id", "verb", "all")}
    verb = verb_of(resource, request.query.get("verb", ""))
    async with at.sessions() as tx:
        those = await matching.now(tx, resource, wanted(resource, query))
        rows = await matching.first(tx, those) if those else []
        if not those or not rows:
            return redirect(f"/admin/{resource.name}")
        total = await matching.count(tx, those)
        found = await matching.hanging(tx, those) if verb.name == DELETE else []
    carried = {"query": those.query, "top": packed(those.top), "total": total}
    return await at.page(
        "admin/bulk.html",
        resource=resource,
        verb=verb,
        rows=rows,
        found=found,
        total=total,
        action=f"/admin/{resource.name}/bulk/all",
        carried=[(name, value) for name, value in carried.items() if value is not None],
    )


@guarded
async def begin(request: web.Request) -> web.Response:
    """Begin; the page that says how far it is follows."""
    at, resource = here(request), resource_of(request)
    form = await request.post()
    verb = verb_of(resource, str(form.get("verb", "")))
    those = _those(resource, str(form.get("query", "")), str(form.get("top", "")))
    said = str(form.get("total", ""))
    total = int(said[:18]) if said.isascii() and said.isdigit() else None
    called = f"{at._(resource.title)}: {at._(verb.label)}"
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        id_ = await log.begin(tx, at.actor, called, verb, those, total, now)
    await work.start(at, resource, verb, id_)
    return redirect(_path(resource, id_))


def _those(resource: Resource, query: str, top: str) -> Matching:
    return Matching(resource, matching.asked_by(resource, query), unpacked(resource, top))


async def show(request: web.Request) -> web.Response:
    """How far it is, or what came of it."""
    at, resource = here(request), resource_of(request)
    deed = await _deed(at, resource)
    busy = deed.id in request.app[work.DOING] or await _is_at_work(at, deed)
    page = await at.page(
        "admin/bulk_deed.html",
        resource=resource,
        verb=verb_of(resource, deed.verb),
        deed=deed,
        busy=busy,
    )
    if busy:
        page.headers["Refresh"] = AGAIN
    return page


async def find(request: web.Request) -> web.Response:
    """From a line of the audit log, which does not say which table, to the page."""
    async with here(request).sessions() as tx:
        deed = await log.find(tx, request.match_info["deed"])
    return redirect(f"/admin/{deed.table}/bulk/{deed.id}")


async def stop(request: web.Request) -> web.Response:
    """No further row; what was done stays done."""
    at, resource = here(request), resource_of(request)
    deed = await _deed(at, resource)
    if deed.state in (log.END, log.STOPPED):
        raise Conflict
    await _note(at, deed, log.STOP)
    return redirect(_path(resource, deed.id))


@guarded
async def go_on(request: web.Request) -> web.Response:
    """From the row at which it was stopped or broken off."""
    at, resource = here(request), resource_of(request)
    deed = await _deed(at, resource)
    if deed.ended or await _is_at_work(at, deed):
        raise Conflict
    await _note(at, deed, log.GO_ON)
    await work.start(at, resource, verb_of(resource, deed.verb), deed.id)
    return redirect(_path(resource, deed.id))


async def _deed(at: Here, resource: Resource) -> Deed:
    async with at.sessions() as tx:
        deed = await log.find(tx, at.request.match_info["deed"])
    if deed.table != resource.name:
        raise web.HTTPNotFound
    return deed


async def _is_at_work(at: Here, deed: Deed) -> bool:
    async with at.sessions() as tx:
        return deed.is_at_work(await clock(tx))


async def _note(at: Here, deed: Deed, action: str) -> None:
    async with at.sessions.begin() as tx:
        await log.note(tx, at.actor, deed, action, await clock(tx))


def _path(resource: Resource, id_: str) -> str:
    return f"/admin/{resource.name}/bulk/{id_}"


ID = "/bulk/{deed:[0-9a-f]{16}}"
DEED = TABLE + ID
routes = [
    web.get("/admin" + ID, find),
    web.get(TABLE + "/bulk/all", ask),
    web.post(TABLE + "/bulk/all", begin),
    web.get(DEED, show),
    web.post(DEED + "/stop", stop),
    web.post(DEED + "/go-on", go_on),
]
