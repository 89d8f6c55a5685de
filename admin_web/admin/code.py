"""The second step of signing in: the code from the phone, or a recovery code."""

from aiohttp import web

from admin_web.admin.gate import (
    CODE,
    ROOT,
    SIGN_IN,
    TOKEN,
    address_of,
    csrf_token,
    redirect,
    safe_next,
    set_cookie,
)
from admin_web.admin.sign_in import begin
from admin_web.pages import DEPS, render
from core.db import Transaction, clock
from core.errors import Invalid, MailCenterError, TooSoon
from core.second_factor import service as second_factor
from core.sessions import service, throttle
from core.sessions.models import Session


async def ask(request: web.Request) -> web.Response:
    """The form, for who has just given the password; others begin with that."""
    async with request.app[DEPS].sessions() as tx:
        waiting = await _waiting(request, tx)
    return await _form(request) if waiting else redirect(SIGN_IN)


async def sign_in(request: web.Request) -> web.Response:
    """Judge the code. The session that begins is another one than that which waited."""
    typed = str((await request.post()).get("code", ""))
    deps = request.app[DEPS]
    try:
        async with deps.sessions.begin() as tx:
            waiting = await _waiting(request, tx)
            if waiting is None:
                return redirect(SIGN_IN)
            await throttle.enter(tx, _named(waiting), address_of(request), await clock(tx))
    except TooSoon as error:
        return await _form(request, error, 429)
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        if not await second_factor.check(tx, deps.settings, waiting.user_id, typed, now):
            return await _form(request, Invalid(second_factor.WRONG), 422)
        await service.end(tx, waiting.user_id, waiting.id)
        await throttle.forgive(tx, _named(waiting), address_of(request))
        token = await begin(request, tx, waiting.user)
    response = redirect(safe_next(request.query.get("next", ROOT)))
    set_cookie(request, response, token)
    return response


def _named(waiting: Session) -> str:
    """Codes are counted apart from passwords: nobody's guesses lock the other step."""
    return f"code {waiting.user.email}"


async def _waiting(request: web.Request, tx: Transaction) -> Session | None:
    return await service.find_waiting(tx, request[TOKEN], await clock(tx))


async def _form(
    request: web.Request, error: MailCenterError | None = None, status: int = 200
) -> web.Response:
    csrf = csrf_token(request)
    return await render(request, "admin/code.html", status=status, csrf=csrf, error=error)


routes = [web.get(CODE, ask), web.post(CODE, sign_in)]
