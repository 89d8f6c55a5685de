"""Answers leave packed (gzip), unless their length would tell another site something."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.web_response import ContentCoding

from admin_web.admin.gate import ROOT
from admin_web.pages import DEPS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SMALLEST = 1000  # bytes; below that it gains nothing
TEXTS = ("text/", "application/xml", "application/rss+xml", "application/json")
OWN = ("same-origin", "none")  # a page of ours, or a person who typed the address


@web.middleware
async def packed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pack what is whole already; streams have begun by now, each as it wants to."""
    response = await handler(request)
    if isinstance(response, web.Response) and not response.prepared and _is_worth_it(response):
        pack(request, response)
    return response


def pack(request: web.Request, response: web.StreamResponse) -> None:
    """Pack an answer that has not begun, if the browser can unpack it and it is safe."""
    _vary(response)
    if is_taken(request.headers.get("Accept-Encoding", "")) and is_safe(request):
        response.enable_compression(ContentCoding.gzip)


def is_safe(request: web.Request) -> bool:
    """Whether nobody else may have a hand in this request.

    Pages for administrators repeat what was searched for beside what only they may see. A browser
    says where a request comes from; one too old for it is believed where there is no HTTPS.
    """
    if not request.path.startswith(ROOT):
        return True
    secure = request.app[DEPS].settings.public_url.startswith("https://")
    return request.headers.get("Sec-Fetch-Site", "" if secure else "none") in OWN


def is_taken(accepted: str) -> bool:
    """Whether the header of a browser allows gzip."""
    for part in accepted[:500].lower().split(","):
        name, _, weight = (piece.strip() for piece in part.partition(";"))
        if name in ("gzip", "*"):
            return weight.replace(" ", "").rstrip("0.") != "q="
    return False


def _is_worth_it(response: web.Response) -> bool:
    size = len(response.body) if isinstance(response.body, bytes) else 0
    fresh = "Content-Encoding" not in response.headers
    return size >= SMALLEST and response.content_type.startswith(TEXTS) and fresh


def _vary(response: web.StreamResponse) -> None:
    known = response.headers.get("Vary")
    response.headers["Vary"] = f"{known}, Accept-Encoding" if known else "Accept-Encoding"
