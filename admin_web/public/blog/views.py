"""The list of articles, and an article."""

from datetime import datetime

from aiohttp import web
from babel.dates import format_date

from admin_web.pages import BOT, DEPS, render, translator_of
from core.articles import cached, links, queries
from core.articles.body import kept_html, summary_of
from core.articles.models import Article

PER_PAGE = 10
_MOST_PAGES = 100_000


async def show_list(request: web.Request) -> web.Response:
    """A page of what readers of this language get."""
    _ = translator_of(request)
    number = _number(request.query.get("page", "1"))
    cache = request.app[DEPS].cache
    page = await cached.page(cache, _.locale, (number - 1) * PER_PAGE, PER_PAGE)
    elsewhere = await cached.elsewhere(cache, _.locale)
    if number > 1 and page.offset != (number - 1) * PER_PAGE:
        raise web.HTTPNotFound
    return await render(
        request,
        "public/blog/list.html",
        page=page,
        number=number,
        pages=max(1, -(-page.total // PER_PAGE)),
        elsewhere=elsewhere,
        summary=summary,
        day=lambda at: day(at, _.locale),
    )


async def show_article(request: web.Request) -> web.Response:
    """One article, in the words it was written in."""
    _ = translator_of(request)
    deps = request.app[DEPS]
    article = await cached.by_slug(deps.cache, request.match_info["slug"])
    async with deps.sessions() as tx:
        beside = await queries.neighbours(tx, article, _.locale)
    return await render(
        request,
        "public/blog/article.html",
        article=article,
        beside=beside,
        html=kept_html(article.body),
        summary=summary(article),
        address=links.page(deps.settings, article),
        in_chat=await request.app[BOT].start(links.start_of(article)),
        day=day(article.published_at, _.locale),
    )


def summary(article: Article) -> str:
    """What the author put in short, else how the text begins."""
    return article.summary or summary_of(article.body)


def day(at: datetime | None, locale: str) -> str:
    """2 December 2026"""
    return str(format_date(at, "long", locale=locale)) if at else ""


def _number(typed: str) -> int:
    if not typed.isdecimal() or not 1 <= int(typed[:9]) <= _MOST_PAGES:
        raise web.HTTPNotFound
    return int(typed[:9])


SLUG = r"{slug:[a-z0-9]+(?:-[a-z0-9]+)*}"
routes = [web.get("/blog", show_list), web.get(f"/blog/{SLUG}", show_article)]
