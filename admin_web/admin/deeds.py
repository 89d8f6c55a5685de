"""Verbs and deletion: asked about where it matters, done by core, written down."""

from datetime import datetime

from aiohttp import web
from sqlalchemy.exc import IntegrityError

from admin_web.admin import dependents
from admin_web.admin.gate import redirect
from admin_web.admin.here import Here, here
from admin_web.admin.proof import guarded, missing
from admin_web.admin.resource import Resource, Row, Verb
from admin_web.admin.views import ROW, find, resource_of, row_of
from core.audit import service as audit
from core.db import Transaction, clock
from core.errors import Conflict, Invalid
from core.i18n import N_

GONE = ("drop", "end", "let_go")  # verbs after which there is no row
DELETE = "delete"
HELD = N_("Something refers to this row, so it cannot be deleted.")


class NotNow(Conflict):
    """The row is not in a state for this verb, or is in the one that it leads to."""


async def ask(request: web.Request) -> web.Response:
    """The question before a verb that cannot be taken back."""
    at, resource = here(request), resource_of(request)
    verb = resource.verb(request.match_info["verb"])
    if verb.guarded and (page := await missing(request)):
        return page
    return await _question(at, resource, verb)


async def _question(
    at: Here, resource: Resource, verb: Verb, error: Invalid | None = None
) -> web.Response:
    """The page; with an error, what was typed stands there still."""
    async with at.sessions() as tx:
        row = await row_of(tx, resource, at.request)
    return await at.page(
        "admin/ask.html",
        status=422 if error else 200,
        resource=resource,
        row=row,
        verb=verb,
        error=error,
        typed=(await at.request.post()).get(verb.typed or "", ""),
    )


async def do(request: web.Request) -> web.Response:
    """Do it, and say where to go on."""
    at, resource = here(request), resource_of(request)
    verb = resource.verb(request.match_info["verb"])
    if verb.guarded and (page := await missing(request)):
        return page
    try:
        row = await carry_out(at, resource, verb, request.match_info["id"])
    except Invalid as error:
        if verb.typed is None:
            raise
        return await _question(at, resource, verb, error)
    return redirect(_after(resource, row, verb))


async def carry_out(at: Here, resource: Resource, verb: Verb, id_: str) -> Row:
    """A verb on one row, which is read anew: an old button may come too late."""
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        row = await find(tx, resource, id_, lock=locks(resource, verb))
        named = await apply(tx, at, resource, verb, row, now)
        if not audit.is_told(tx, named):
            await audit.record(tx, at.actor, verb.name, named, now)
    return row


def locks(resource: Resource, verb: Verb) -> bool:
    """Whether a row is locked before the verb; core takes a mailing's locks in its own order."""
    return verb.name == DELETE and not resource.keeps_ledger


async def apply(
    tx: Transaction, at: Here, resource: Resource, verb: Verb, row: Row, now: datetime
) -> audit.Named:
    """Do it with a row at hand; answers what the audit log calls the row."""
    if not verb.when(row):
        raise NotNow
    named = resource.named(row)
    try:
        await verb.run(tx, at, row, now)
        await tx.flush()
    except IntegrityError as error:
        raise Conflict(HELD) from error
    return named


@guarded
async def ask_delete(request: web.Request) -> web.Response:
    """What would go with the row, and what forbids it."""
    at, resource = here(request), deletable(request)
    async with at.sessions() as tx:
        row = await row_of(tx, resource, request)
        found = await dependents.of(tx, resource, [row])
    return await at.page("admin/delete.html", resource=resource, row=row, found=found)


@guarded
async def delete(request: web.Request) -> web.Response:
    """Delete the row, or hide it where its ledger has to stay."""
    resource = deletable(request)
    assert resource.deletion is not None  # noqa: S101  `deletable` looked
    await carry_out(here(request), resource, resource.deletion, request.match_info["id"])
    return redirect(f"/admin/{resource.name}")


def _after(resource: Resource, row: Row, verb: Verb) -> str:
    gone = verb.name in GONE
    return f"/admin/{resource.name}" + ("" if gone else f"/{resource.id_of(row)}")


def deletable(request: web.Request) -> Resource:
    """The table that the address names, if its rows can be deleted."""
    resource = resource_of(request)
    if resource.remove is None:
        raise web.HTTPNotFound
    return resource


routes = [
    web.get(ROW + "/ask/{verb:[a-z_]+}", ask),
    web.post(ROW + "/do/{verb:[a-z_]+}", do),
    web.get(ROW + "/delete", ask_delete),
    web.post(ROW + "/delete", delete),
]
