"""The door to /admin: who is there, whether a form is our own, whether they may come in."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp import web
from yarl import URL

from admin_web.admin import form_token
from admin_web.pages import DEPS, LOCALE, render
from core.db import clock
from core.i18n import LOCALES
from core.keys import key_for
from core.sessions import service
from core.sessions.models import Session
from core.settings import Networks, Settings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ROOT = "/admin"
SIGN_IN = "/admin/sign-in"
CODE = "/admin/code"  # the second step of signing in
OPEN = (SIGN_IN, CODE, "/admin/forgot", "/admin/password/")  # for those not signed in yet
HARMLESS = ("GET", "HEAD", "OPTIONS")
FIELD = "csrf"
LANGUAGE = "lang"  # parameter and cookie
HEADER = "X-CSRF-Token"

SESSION = web.RequestKey("session", Session)
TOKEN = web.RequestKey("token", str)


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let administrators in, send others to the sign-in page or away."""
    if not (request.path == ROOT or request.path.startswith(ROOT + "/")):
        return await handler(request)
    name = cookie_name(request.app[DEPS].settings)
    known = request.cookies.get(name)
    request[TOKEN] = known or secrets.token_urlsafe(32)
    if request.method not in HARMLESS and not await _is_own_form(request):
        raise web.HTTPForbidden
    session = await _session(request, known)
    if session is not None:
        request[SESSION] = session
    _choose_language(request, session)
    response = await _let_in(request, session, handler)
    if known is None and request.path.startswith(OPEN) and name not in response.cookies:
        set_cookie(request, response, request[TOKEN])
    if (asked := request.query.get(LANGUAGE)) in LOCALES and not response.prepared:
        keep_language(response, str(asked))
    return response


async def _let_in(
    request: web.Request, session: Session | None, handler: Handler
) -> web.StreamResponse:
    if request.path.startswith(OPEN):
        return await handler(request)
    if session is None:
        return to_sign_in(request)
    return await (handler if session.user.is_admin else _not_yours)(request)


async def _session(request: web.Request, token: str | None) -> Session | None:
    if token is None:
        return None
    async with request.app[DEPS].statements.begin() as tx:
        return await service.find(tx, token, await clock(tx))


async def _not_yours(request: web.Request) -> web.Response:
    return await render(request, "admin/not_yours.html", status=403, csrf=csrf_token(request))


def _choose_language(request: web.Request, session: Session | None) -> None:
    """What was chosen in this browser, else by the account, else what the browser speaks."""
    chosen = request.query.get(LANGUAGE) or request.cookies.get(LANGUAGE)
    if chosen in LOCALES:
        request[LOCALE] = chosen
    elif session is not None:
        request[LOCALE] = session.user.locale


def keep_language(response: web.StreamResponse, locale: str) -> None:
    """The language that was chosen in this browser, for its next pages."""
    response.set_cookie(LANGUAGE, locale, max_age=31536000, samesite="Lax")


def to_sign_in(request: web.Request) -> web.Response:
    """To the sign-in page, and back here afterwards.

    A part of a page would be filled with what a redirect leads to: a list is told to leave as a
    whole, a form that may hold something not saved yet is told why nothing comes.
    """
    part = request.headers.get("HX-Request") == "true"
    if part and request.method not in HARMLESS:
        raise web.HTTPUnauthorized
    wanted = request.path_qs if request.method == "GET" else ROOT
    where = str(URL(SIGN_IN).with_query(next=wanted)) if wanted != ROOT else SIGN_IN
    if part:
        return web.Response(status=204, headers={"HX-Redirect": where, "Cache-Control": "no-store"})
    return redirect(where)


def redirect(path: str) -> web.Response:
    """See another page of ours."""
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def safe_next(wanted: str) -> str:
    """The page to go to after signing in: one of ours, whatever was asked for."""
    local = wanted == ROOT or wanted.startswith((ROOT + "/", ROOT + "?"))
    odd = "//" in wanted or "\\" in wanted or not wanted.isprintable()
    return wanted if local and not odd else ROOT


def cookie_name(settings: Settings) -> str:
    """Bound to this very host where HTTPS lets the browser hold to it."""
    return "__Host-session" if is_https(settings) else "session"


def is_https(settings: Settings) -> bool:
    """Whether people reach the site by HTTPS."""
    return settings.public_url.startswith("https://")


def set_cookie(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """The session's cookie, unreadable for scripts."""
    settings = request.app[DEPS].settings
    response.set_cookie(
        cookie_name(settings),
        token,
        path="/",
        secure=is_https(settings),
        httponly=True,
        samesite="Lax",
    )


def drop_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """Make the browser forget the session."""
    settings = request.app[DEPS].settings
    response.del_cookie(cookie_name(settings), path="/", secure=is_https(settings), httponly=True)


def csrf_token(request: web.Request) -> str:
    """What every form carries: worthless without the cookie it was made for."""
    return form_token.made(key_for(request.app[DEPS].settings, "csrf"), request[TOKEN])


async def _is_own_form(request: web.Request) -> bool:
    given = request.headers.get(HEADER) or str((await request.post()).get(FIELD, ""))
    return form_token.fits(key_for(request.app[DEPS].settings, "csrf"), request[TOKEN], given)


def address_of(request: web.Request) -> str:
    """Where the request came from.

    Headers can be made up: they count only as far as proxies of ours have written them.
    """
    return through(
        request.remote or "unknown",
        request.headers.getall("X-Forwarded-For", []),
        request.app[DEPS].settings.trusted_proxies,
    )


def through(remote: str, forwarded: Sequence[str], proxies: Networks) -> str:
    """The nearest address that is no proxy of ours; each proxy has added its neighbour's."""
    chain = [part.strip() for header in forwarded for part in header.split(",")]
    nearest = remote
    while chain and _is_in(nearest, proxies):
        added = chain.pop()
        if _address(added) is None:
            return nearest
        nearest = added
    return nearest


def _is_in(address: str, networks: Networks) -> bool:
    known = _address(address)
    return known is not None and any(known in network for network in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        known = ip_address(text)
    except ValueError:
        return None
    return getattr(known, "ipv4_mapped", None) or known
