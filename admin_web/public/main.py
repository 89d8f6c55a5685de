"""The first page."""

from aiohttp import web

from admin_web.pages import render


async def show(request: web.Request) -> web.Response:
    """What this is, and the way to the bot."""
    return await render(request, "public/main.html")


async def robots(_request: web.Request) -> web.Response:
    """Search engines may read the first page; links from letters are nobody's business."""
    return web.Response(
        text="User-agent: *\nDisallow: /confirm/\nDisallow: /u/\nDisallow: /admin\n"
    )


routes = [web.get("/", show), web.get("/robots.txt", robots)]
