"""The first page."""

from aiohttp import web

from admin_web.pages import BOT, DEPS, render, translator_of
from admin_web.public.blog.views import summary
from admin_web.qr import drawn
from core.articles import cached

LATEST = 3  # articles on the first page


async def show(request: web.Request) -> web.Response:
    """What this is, and the way to the bot."""
    bot_url = await request.app[BOT]()
    locale = translator_of(request).locale
    articles = await cached.newest(request.app[DEPS].cache, locale, LATEST)
    return await render(
        request,
        "public/main.html",
        code=drawn(bot_url, 148) if bot_url else None,
        articles=articles,
        summary=summary,
    )


async def robots(request: web.Request) -> web.Response:
    """Search engines may read the public pages; links from letters are nobody's business."""
    site = request.app[DEPS].settings.public_url.rstrip("/")
    shut = "".join(f"Disallow: {path}\n" for path in ("/confirm/", "/u/", "/upload/", "/admin"))
    return web.Response(text=f"User-agent: *\n{shut}\nSitemap: {site}/sitemap.xml\n")


routes = [web.get("/", show), web.get("/robots.txt", robots)]
