"""One deed with many rows: asked about first, with what depends on them; each row by itself."""

from collections.abc import Sequence

from aiohttp import web

from admin_web.admin import dependents
from admin_web.admin.deeds import DELETE, carry_out
from admin_web.admin.gate import redirect
from admin_web.admin.here import Here, here
from admin_web.admin.proof import guarded
from admin_web.admin.resource import Resource, Verb
from admin_web.admin.views import TABLE, find, resource_of
from core.errors import MailCenterError

MOST = 100


@guarded
async def ask(request: web.Request) -> web.Response:
    """Which rows, and what would become of what hangs on them."""
    at, resource = here(request), resource_of(request)
    ids = request.query.getall("id", [])[:MOST]
    if "all" in request.query:
        return redirect(
            str(
                request.rel_url.with_path(
                    f"/admin/{resource.name}/bulk/all", keep_query=True
                ).without_query_params("id", "all")
            )
        )
    if not ids:
        return redirect(f"/admin/{resource.name}")
    verb = verb_of(resource, request.query.get("verb", ""))
    async with at.sessions() as tx:
        rows = [await find(tx, resource, id_) for id_ in ids]
        found = await dependents.of(tx, resource, rows) if verb.name == DELETE else []
    return await at.page(
        "admin/bulk.html",
        resource=resource,
        verb=verb,
        rows=rows,
        found=found,
        total=len(rows),
        action=f"/admin/{resource.name}/bulk",
        carried=[("id", resource.id_of(row)) for row in rows],
    )


@guarded
async def do(request: web.Request) -> web.Response:
    """Each row in a transaction of its own: one that refuses does not keep the others back."""
    at, resource = here(request), resource_of(request)
    form = await request.post()
    verb = verb_of(resource, str(form.get("verb", "")))
    ids = [str(id_) for id_ in form.getall("id", [])[:MOST]]
    refused = await _each(at, resource, verb, ids)
    return await at.page(
        "admin/bulk_done.html",
        resource=resource,
        verb=verb,
        done=len(ids) - len(refused),
        refused=refused,
    )


async def _each(
    at: Here, resource: Resource, verb: Verb, ids: Sequence[str]
) -> list[tuple[str, MailCenterError]]:
    """Those that refused, with why."""
    refused = []
    for id_ in ids:
        try:
            await carry_out(at, resource, verb, id_)
        except MailCenterError as error:
            refused.append((id_, error))
    return refused


def verb_of(resource: Resource, name: str) -> Verb:
    """What can be done with many rows; HTTPNotFound for anything else."""
    for verb in resource.for_many:
        if verb.name == name:
            return verb
    raise web.HTTPNotFound


PATH = TABLE + "/bulk"
routes = [web.get(PATH, ask), web.post(PATH, do)]
