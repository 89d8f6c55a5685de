"""Files of our own: addressed by their content, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def address(name: str) -> str:
    """The address of a file under static/, another one when its content is another."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


async def _file(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    path = FOLDER / name
    if "/" in name or not path.is_file():
        raise web.HTTPNotFound
    kept = _FOR_EVER if "v" in request.query else "no-cache"
    return web.FileResponse(path, headers={"Cache-Control": kept})


async def _icon(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPMovedPermanently(address("icon.svg"))


routes = [web.get("/static/{name}", _file), web.get("/favicon.ico", _icon)]
