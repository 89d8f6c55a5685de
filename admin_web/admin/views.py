"""Pages that every table has: its list, a row, the row's form."""

from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from admin_web.admin import dependents, filters, keys, listing, references
from admin_web.admin.forms import RowForm, form_of
from admin_web.admin.gate import redirect
from admin_web.admin.here import Here, here
from admin_web.admin.proof import missing
from admin_web.admin.resource import Resource, Row
from admin_web.resources import RESOURCES
from core.audit import service as audit
from core.db import Transaction, clock
from core.errors import Conflict, MailCenterError, NotFound
from core.i18n import N_

CLASH = N_("Another row has the same value already, or something refers to this one.")


def resource_of(request: web.Request) -> Resource:
    """The table that the address names."""
    found = RESOURCES.get(request.match_info["table"])
    if found is None:
        raise web.HTTPNotFound
    return found


async def row_of(
    tx: Transaction, resource: Resource, request: web.Request, *, lock: bool = False
) -> Row:
    """The row that the address names."""
    return await find(tx, resource, request.match_info["id"], lock=lock)


async def find(tx: Transaction, resource: Resource, id_: str, *, lock: bool = False) -> Row:
    """The row of this key; NotFound when there is none."""
    pairs = zip(resource.keys, resource.parse(id_), strict=True)
    query = select(resource.model).options(*resource.options)
    query = query.where(*(key == value for key, value in pairs))
    if lock:
        query = query.with_for_update(of=resource.model)
    row = (await tx.scalars(query)).unique().one_or_none()
    if row is None:
        raise NotFound
    return row


async def show_list(request: web.Request) -> web.Response:
    """A page of the table."""
    at, resource = here(request), resource_of(request)
    asked = filters.wanted(resource, request.query)
    async with at.looking() as tx:
        page = await listing.page(tx, resource, asked)
        refs = await references.load(tx, resource, page.rows, RESOURCES)
    part = request.headers.get("HX-Request") == "true"
    return await at.page(
        "admin/rows.html" if part else "admin/list.html",
        resource=resource,
        asked=asked,
        page=page,
        refs=refs,
        address=address(request),
        choices=filters.choices,
    )


def address(request: web.Request) -> Any:
    """Makes this list's address with some parameters changed."""

    def changed(**values: str | None) -> str:
        query = {name: value for name, value in request.query.items() if name != "lang"}
        query |= {name: value or "" for name, value in values.items()}
        if not values.keys() & {"after", "before"}:
            query |= {"after": "", "before": ""}
        kept = {name: value for name, value in query.items() if value}
        return str(request.rel_url.with_query(kept))

    return changed


async def show_row(request: web.Request) -> web.Response:
    """Everything about one row, what can be done with it, and what was done."""
    at, resource = here(request), resource_of(request)
    async with at.looking() as tx:
        row = await row_of(tx, resource, request)
        refs = await references.load(tx, resource, [row], RESOURCES)
        history = await audit.history(tx, resource.name, resource.id_of(row))
        more = await resource.load(tx, at, row, await clock(tx)) if resource.load else {}
    children = dict(dependents.children(resource))
    below = [
        (child, children[name])
        for name, child in RESOURCES.items()
        if children.get(name) in child.filters
    ]
    return await at.page(
        "admin/row.html",
        resource=resource,
        row=row,
        refs=refs,
        history=history,
        below=below,
        **more,
    )


async def ask_new(request: web.Request) -> web.Response:
    """An empty form."""
    at, resource = here(request), _creatable(request)
    if resource.guarded and (page := await missing(request)):
        return page
    return await _form(at, resource, None, form_of(resource, at, None, None, request.query))


async def create(request: web.Request) -> web.Response:
    """Save a new row."""
    at, resource = here(request), _creatable(request)
    if resource.guarded and (page := await missing(request)):
        return page
    form = form_of(resource, at, None, await request.post(), {})
    return await _save(at, resource, form, None)


async def ask_edit(request: web.Request) -> web.Response:
    """The form of a row."""
    at, resource = here(request), _editable(request)
    if resource.guarded and (page := await missing(request)):
        return page
    async with at.sessions() as tx:
        row = await row_of(tx, resource, request)
    return await _form(at, resource, row, form_of(resource, at, row, None, {}))


async def edit(request: web.Request) -> web.Response:
    """Save a row."""
    at, resource = here(request), _editable(request)
    if resource.guarded and (page := await missing(request)):
        return page
    async with at.sessions() as tx:
        row = await row_of(tx, resource, request)
    form = form_of(resource, at, row, await request.post(), {})
    return await _save(at, resource, form, row)


async def _save(at: Here, resource: Resource, form: RowForm, row: Row | None) -> web.Response:
    if not form.validate():
        return await _form(at, resource, row, form, status=422)
    try:
        saved = await _saved(at, resource, form.data, row)
    except MailCenterError as error:
        return await _form(at, resource, row, form, error=error, status=422)
    except IntegrityError:
        return await _form(at, resource, row, form, error=Conflict(CLASH), status=409)
    return redirect(f"/admin/{resource.name}/{resource.id_of(saved)}")


async def _saved(at: Here, resource: Resource, data: Any, row: Row | None) -> Row:
    before = _values(resource, row) if row else {}
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        lock = not resource.keeps_ledger  # core takes a mailing's locks in its own order
        fresh = await row_of(tx, resource, at.request, lock=lock) if row else None
        if fresh is not None and not resource.editable(fresh):
            raise Conflict
        save = resource.edit if row else resource.create
        assert save is not None  # noqa: S101  looked at by the caller
        saved = await save(tx, at, fresh, data, now)
        await tx.flush()
        changes = audit.changed(before, _values(resource, saved))
        action = "edit" if row else "create"
        await audit.record(tx, at.actor, action, resource.named(saved), now, changes)
    return saved


def _values(resource: Resource, row: Row) -> dict[str, Any]:
    return {name: resource.value(row, name) for name in resource.fields if name != "password"}


async def _form(
    at: Here,
    resource: Resource,
    row: Row | None,
    form: RowForm,
    error: MailCenterError | None = None,
    status: int = 200,
) -> web.Response:
    return await at.page(
        resource.form, status=status, resource=resource, row=row, form=form, error=error
    )


def _creatable(request: web.Request) -> Resource:
    resource = resource_of(request)
    if resource.create is None:
        raise web.HTTPNotFound
    return resource


def _editable(request: web.Request) -> Resource:
    resource = resource_of(request)
    if resource.edit is None:
        raise web.HTTPNotFound
    return resource


TABLE = "/admin/{table:[a-z_]+}"
ROW = TABLE + "/{id:" + keys.PART + "}"
routes = [
    web.get(TABLE, show_list),
    web.get(TABLE + "/new", ask_new),
    web.post(TABLE + "/new", create),
    web.get(ROW, show_row),
    web.get(ROW + "/edit", ask_edit),
    web.post(ROW + "/edit", edit),
]
