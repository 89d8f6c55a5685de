"""Signing in and out, and the letter for those who have no password or forgot it."""

from aiohttp import web
from yarl import URL

from admin_web.admin.gate import (
    CODE,
    ROOT,
    SESSION,
    SIGN_IN,
    address_of,
    csrf_token,
    drop_cookie,
    redirect,
    safe_next,
    set_cookie,
)
from admin_web.pages import DEPS, LOCALE, render
from core.audit.service import Actor, record
from core.db import Transaction, clock
from core.errors import Conflict, Invalid, MailCenterError, NotFound, TooSoon
from core.i18n import N_
from core.letters import tokens
from core.second_factor import service as second_factor
from core.sessions import administrators, service, throttle
from core.users.fields import check_email
from core.users.models import User

REFUSED = N_("The address and the password do not belong together.")
DIFFERENT = N_("The two passwords are not the same.")


async def ask(request: web.Request) -> web.Response:
    """The form; who is signed in already goes on."""
    if SESSION in request:
        return redirect(safe_next(request.query.get("next", ROOT)))
    return await _form(request)


async def sign_in(request: web.Request) -> web.Response:
    """Judge what was typed; the session that begins is another one than before."""
    form = await request.post()
    email, password = str(form.get("email", "")), str(form.get("password", ""))
    sessions = request.app[DEPS].sessions
    try:
        async with sessions.begin() as tx:
            await throttle.enter(tx, email, address_of(request), await clock(tx))
    except TooSoon as error:
        return await _form(request, error, email=email, status=429)
    async with sessions.begin() as tx:
        user = await service.authenticate_by_email(tx, email, password)
        asked = user is not None and await second_factor.is_on(tx, user.id)
        token = await begin(request, tx, user, awaits_code=asked) if user else None
    if token is None:
        return await _form(request, Invalid(REFUSED), email=email, status=422)
    wanted = safe_next(request.query.get("next", ROOT))
    response = redirect(str(URL(CODE).with_query(next=wanted)) if asked else wanted)
    set_cookie(request, response, token)
    return response


async def begin(
    request: web.Request, tx: Transaction, user: User, *, awaits_code: bool = False
) -> str:
    """A session in place of the one that this browser has; what goes into its cookie."""
    now = await clock(tx)
    address, agent = address_of(request), request.headers.get("User-Agent", "")
    if SESSION in request:
        await service.end(tx, request[SESSION].user_id, request[SESSION].id)
    await service.sweep(tx, now)
    if not awaits_code:
        await throttle.forgive(tx, user.email, address)
        await administrators.speak(tx, user, request[LOCALE])
        actor = Actor("site", user.email, user.id, address)
        await record(tx, actor, "sign_in", ("users", user.id, user.name), now)
    return await service.begin(tx, user, address, agent, now, awaits_code=awaits_code)


async def sign_out(request: web.Request) -> web.Response:
    """The session is over on the server, not only in the browser."""
    session = request[SESSION]
    async with request.app[DEPS].sessions.begin() as tx:
        await service.end(tx, session.user_id, session.id)
    response = redirect(SIGN_IN)
    drop_cookie(request, response)
    return response


async def forgot(request: web.Request) -> web.Response:
    """Ask for the address."""
    return await _page(request, "admin/forgot.html", sent=False)


async def send_letter(request: web.Request) -> web.Response:
    """The answer is the same whether or not the address is known."""
    email = str((await request.post()).get("email", ""))
    try:
        email = check_email(email)
        async with request.app[DEPS].sessions.begin() as tx:
            await throttle.enter(tx, f"letter {email}", address_of(request), await clock(tx))
        async with request.app[DEPS].sessions.begin() as tx:
            await administrators.ask_password(tx, email, await clock(tx))
    except MailCenterError as error:
        return await _page(request, "admin/forgot.html", 422, sent=False, error=error, email=email)
    return await _page(request, "admin/forgot.html", sent=True, email=email)


async def ask_password(request: web.Request) -> web.Response:
    """Where the letter leads; opening it uses nothing up."""
    try:
        async with request.app[DEPS].sessions() as tx:
            token = request.match_info["token"]
            found = await tokens.find_link(tx, token, await clock(tx), administrators.PURPOSE)
    except (NotFound, Conflict) as error:
        return await _page(request, "admin/password.html", 410, dead=True, error=error)
    return await _page(request, "admin/password.html", email=found.email)


async def set_password(request: web.Request) -> web.Response:
    """Keep the new password and send to the sign-in page."""
    form = await request.post()
    typed = str(form.get("password", ""))
    try:
        if typed != str(form.get("again", "")):
            raise Invalid(DIFFERENT)
        async with request.app[DEPS].sessions.begin() as tx:
            token, now = request.match_info["token"], await clock(tx)
            user = await administrators.password_by_token(tx, token, typed, now)
            actor = Actor("site", user.email, user.id, address_of(request))
            await record(tx, actor, "set_password", ("users", user.id, user.name), now)
    except (NotFound, Conflict) as error:
        return await _page(request, "admin/password.html", 410, dead=True, error=error)
    except Invalid as error:
        return await _page(request, "admin/password.html", 422, error=error, email="")
    return redirect(f"{SIGN_IN}?set=1")


async def _form(
    request: web.Request, error: MailCenterError | None = None, email: str = "", status: int = 200
) -> web.Response:
    was_set = "set" in request.query
    return await _page(
        request, "admin/sign_in.html", status, error=error, email=email, was_set=was_set
    )


async def _page(
    request: web.Request, template: str, status: int = 200, **values: object
) -> web.Response:
    csrf = csrf_token(request)
    return await render(request, template, status=status, csrf=csrf, **values)


routes = [
    web.get(SIGN_IN, ask),
    web.post(SIGN_IN, sign_in),
    web.post("/admin/sign-out", sign_out),
    web.get("/admin/forgot", forgot),
    web.post("/admin/forgot", send_letter),
    web.get("/admin/password/{token}", ask_password),
    web.post("/admin/password/{token}", set_password),
]
