"""Before what is dangerous a person shows once more who sits there, and then goes on."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from admin_web.admin.gate import FIELD, HARMLESS, ROOT, address_of, redirect, safe_next
from admin_web.admin.here import Here, here
from core.audit.service import record
from core.db import clock
from core.errors import Invalid, MailCenterError, TooSoon
from core.second_factor import proof
from core.second_factor import service as second_factor
from core.sessions import throttle

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PATH = "/admin/prove"
PASSWORD, CODE = "prove_password", "prove_code"
OWN = (PASSWORD, CODE, FIELD)


def guarded(handler: Handler) -> Handler:
    """The handler, reached only by who has shown lately who they are."""

    async def proven(request: web.Request) -> web.StreamResponse:
        asked = await missing(request)
        return asked if asked is not None else await handler(request)

    return proven


async def missing(request: web.Request) -> web.Response | None:
    """The page that asks for proof; None when it has been given, in this very form perhaps.

    What a form brings is carried along, so that nothing has to be typed twice.
    """
    at = here(request)
    form = await request.post() if request.method not in HARMLESS else {}
    async with at.sessions() as tx:
        if proof.is_fresh(at.session, await clock(tx)):
            return None
    if PASSWORD not in form:
        return await _page(at, form)
    try:
        await _judge(at, str(form[PASSWORD]), str(form.get(CODE, "")))
    except (Invalid, TooSoon) as error:
        return await _page(at, form, error)
    return None


async def ask(request: web.Request) -> web.Response:
    """The page by itself; afterwards one goes where one was going."""
    return await _page(here(request), {})


async def give(request: web.Request) -> web.StreamResponse:
    """Judge and go on; a file is downloaded from a page that says so."""
    at = here(request)
    wanted = safe_next(request.query.get("next", ROOT))
    form = await request.post()
    try:
        await _judge(at, str(form.get(PASSWORD, "")), str(form.get(CODE, "")))
    except (Invalid, TooSoon) as error:
        return await _page(at, {}, error)
    table, _, query = wanted.partition("?")
    kind = table.rpartition(".")[2]
    if kind not in ("csv", "xlsx"):
        return redirect(wanted)
    back = table.removesuffix(f".{kind}") + (f"?{query}" if query else "")
    return await at.page("admin/download.html", file=wanted, back=back)


async def _judge(at: Here, password: str, code: str) -> None:
    address = address_of(at.request)
    async with at.sessions.begin() as tx:
        await throttle.enter(tx, at.user.email, address, await clock(tx))
    async with at.sessions.begin() as tx:
        now = await clock(tx)
        await proof.prove(tx, at.deps.settings, at.session, password, code, now)
        await throttle.forgive(tx, at.user.email, address)
        await record(tx, at.actor, "prove", ("users", at.user.id, at.user.name), now)


async def _page(at: Here, form: object, error: MailCenterError | None = None) -> web.Response:
    carried = [(name, value) for name, value in _pairs(form) if name not in OWN]
    async with at.sessions() as tx:
        with_code = await second_factor.is_on(tx, at.user.id)
    return await at.page(
        "admin/prove.html",
        status=422 if error else 200,
        action=_action(at.request),
        carried=carried,
        with_code=with_code,
        error=error,
        names=(PASSWORD, CODE),
    )


def _action(request: web.Request) -> str:
    """A form goes on to where it was going; a page is come back to."""
    if request.method not in HARMLESS or request.path == PATH:
        return request.path_qs
    return str(request.url.with_path(PATH).with_query(next=request.path_qs).relative())


def _pairs(form: object) -> list[tuple[str, str]]:
    items = form.items() if hasattr(form, "items") else ()
    return [(str(name), value) for name, value in items if isinstance(value, str)]


routes = [web.get(PATH, ask), web.post(PATH, give)]
