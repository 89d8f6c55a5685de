"""What holds for every request: headers that protect, the reader's language, errors as pages."""

import re
from collections.abc import Awaitable, Callable
from secrets import token_hex
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from structlog.contextvars import bound_contextvars

from admin_web.admin.gate import gate
from admin_web.packing import packed
from admin_web.pages import DEPS, LOCALE, locale_of, render
from core.articles.pictures import LARGEST
from core.errors import Conflict, Forbidden, Invalid, MailCenterError, NotFound, TooSoon
from core.i18n import N_

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Server": "Mail Center",
}
FORM = 64 * 1024  # what an upload's form has beside the file
MB = 1024 * 1024
TOO_MUCH = N_("At most {limit} MB can be sent here.")

STATUSES: dict[type, int] = {
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    Invalid: 422,
    TooSoon: 429,
}
# They carry a secret of their own and are called by mail programs and by Telegram.
CALLED_FROM_OUTSIDE = ("/u/", "/telegram/")
# Only these addresses take more than an ordinary form holds.
UPLOADS = re.compile(r"/admin/articles/\d{1,18}/picture")


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Protecting headers on every answer, whatever it is, before its first byte."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[DEPS].settings.public_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An error becomes a page in the reader's language; its trace goes to the log only, where
    every line has the request's number and a page that failed names it."""
    number = token_hex(4)
    with bound_contextvars(request=number):
        return await _told(request, handler, number)


async def _told(request: web.Request, handler: Handler, number: str) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPRequestEntityTooLarge as error:
        limit = Invalid(TOO_MUCH, limit=_most(request) // MB)
        return await render(
            request, "error.html", status=error.status, code=error.status, error=limit
        )
    except web.HTTPException as error:
        if error.status < 400:
            return _answer(error)
        return await render(
            request, "error.html", status=error.status, code=error.status, error=None
        )
    except MailCenterError as error:
        status = next((STATUSES[kind] for kind in type(error).mro() if kind in STATUSES), 400)
        return await render(request, "error.html", status=status, code=status, error=error)
    except Exception:
        log.exception("a page failed", method=request.method, route=_route(request))
        return await render(request, "error.html", status=500, code=500, error=None, number=number)


def _answer(error: web.HTTPException) -> web.Response:
    return web.Response(status=error.status, headers={"Location": error.headers["Location"]})


def _route(request: web.Request) -> str:
    """The pattern of the address: the address itself may hold a token."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


@web.middleware
async def language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Choose the page's language once."""
    request[LOCALE] = locale_of(request)
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("Vary", "Accept-Language")
    return response


@web.middleware
async def own_forms_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site's page makes a browser send."""
    harmless = request.method in ("GET", "HEAD", "OPTIONS")
    if not harmless and not request.path.startswith(CALLED_FROM_OUTSIDE) and _foreign(request):
        raise web.HTTPForbidden
    return await handler(request)


@web.middleware
async def uploads(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a picture in where one is expected; it is read from disk, not held in memory."""
    if request.method == "POST" and UPLOADS.fullmatch(request.path):
        request = request.clone(client_max_size=_most(request))
    return await handler(request)


def _most(request: web.Request) -> int:
    """How much the address takes."""
    return LARGEST + FORM if UPLOADS.fullmatch(request.path) else request.client_max_size


def _foreign(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin)[:2] != _own(request)


def _own(request: web.Request) -> tuple[str, str]:
    public = urlsplit(request.app[DEPS].settings.public_url)
    return public.scheme, public.netloc


MIDDLEWARES: list[Middleware] = [packed, language, errors, own_forms_only, uploads, gate]
