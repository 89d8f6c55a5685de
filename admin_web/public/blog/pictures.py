"""Pictures of articles, addressed by their content: a browser keeps them for ever."""

from aiohttp import web

from admin_web.assets import FOR_EVER
from admin_web.pages import DEPS
from core.articles import pictures


async def show(request: web.Request) -> web.Response:
    """The large picture, or the small one of lists."""
    size: pictures.Size = "small" if request.match_info["small"] else "large"
    async with request.app[DEPS].sessions() as tx:
        content = await pictures.content_of(tx, request.match_info["digest"], size)
    return web.Response(
        body=content, content_type="image/jpeg", headers={"Cache-Control": FOR_EVER}
    )


routes = [web.get("/blog/pictures/{digest:[0-9a-f]{32}}{small:(?:-small)?}.jpg", show)]
