"""The blog as an RSS feed, and every public page for search engines."""

from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from aiohttp import web

from admin_web.pages import DEPS, translator_of
from admin_web.public.blog.views import summary
from core.articles import links, queries
from core.articles.body import kept_html
from core.articles.models import Article
from core.i18n import LOCALES
from core.settings import Settings

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_MAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
PAGES = ("/", "/blog", "/privacy")


async def feed(request: web.Request) -> web.Response:
    """The newest articles of a language, whole."""
    _ = translator_of(request)
    settings = request.app[DEPS].settings
    async with request.app[DEPS].sessions() as tx:
        articles = await queries.newest(tx, _.locale)
    rss = Element("rss", {"version": "2.0", "xmlns:atom": _ATOM, "xmlns:content": _CONTENT})
    channel = SubElement(rss, "channel")
    site = settings.public_url.rstrip("/")
    _add(channel, "title", _("Mail Center: blog").unescape())
    _add(channel, "link", f"{site}/blog?lang={_.locale}")
    _add(channel, "description", _("How to write to clients so that they read.").unescape())
    _add(channel, "language", _.locale)
    itself = {"href": f"{site}/blog/feed.xml?lang={_.locale}", "rel": "self"}
    SubElement(channel, "atom:link", itself | {"type": "application/rss+xml"})
    for article in articles:
        _item(SubElement(channel, "item"), settings, article)
    return _xml(rss, "application/rss+xml")


async def sitemap(request: web.Request) -> web.Response:
    """Pages and articles with their last change; articles as their readers' language has them."""
    settings = request.app[DEPS].settings
    async with request.app[DEPS].sessions() as tx:
        articles = await queries.newest(tx, limit=queries.MAPPED)
    root = Element("urlset", {"xmlns": _MAP})
    site = settings.public_url.rstrip("/")
    for path in PAGES:
        for locale in LOCALES:
            _add(SubElement(root, "url"), "loc", f"{site}{path}?lang={locale}")
    for article in articles:
        entry = SubElement(root, "url")
        _add(entry, "loc", links.page(settings, article))
        _add(entry, "lastmod", article.changed_at.date().isoformat())
    return _xml(root, "application/xml")


def _item(item: Element, settings: Settings, article: Article) -> None:
    address = links.page(settings, article)
    _add(item, "title", article.title)
    _add(item, "link", address)
    _add(item, "guid", address)
    if article.published_at:
        _add(item, "pubDate", format_datetime(article.published_at))
    _add(item, "description", summary(article))
    _add(item, "content:encoded", str(kept_html(article.body)))


def _add(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text


def _xml(root: Element, kind: str) -> web.Response:
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    response = web.Response(body=body, content_type=kind, charset="utf-8")
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


routes = [web.get("/blog/feed.xml", feed), web.get("/sitemap.xml", sitemap)]
