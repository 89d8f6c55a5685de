"""Files of our own: addressed by their content, so that browsers may keep them for ever."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def address(name: str) -> str:
    """The address of a file under static/, another one when its content is another."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


async def _file(request: web.Request) -> web.StreamResponse:
    path = FOLDER / request.match_info["name"]
    if path.suffix not in _TYPES or not path.is_file():
        raise web.HTTPNotFound
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = web.Response(body=_packed(path) if packed else path.read_bytes())
    response.content_type, response.charset = _TYPES[path.suffix], "utf-8"
    response.headers["Cache-Control"] = FOR_EVER if "v" in request.query else "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


@cache
def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


async def _icon(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPMovedPermanently(address("icon.svg"))


NAME = r"{name:(?:vendor/)?[a-z0-9_.-]+}"
routes = [web.get(f"/static/{NAME}", _file), web.get("/favicon.ico", _icon)]
