"""Addresses of articles: on the site, and as the start parameter of the bot's link."""

from core.articles import queries
from core.articles.models import Article
from core.db import Transaction
from core.errors import NotFound
from core.settings import Settings

START = "blog"
_PREFIX = "blog_"
_NUMBER = "blog_id_"  # no slug has an underscore
_LONGEST = 64  # characters of a start parameter
_DIGITS = 18


def page(settings: Settings, article: Article) -> str:
    """The article's page on the site."""
    return f"{settings.public_url.rstrip('/')}/blog/{article.slug}"


def start_of(article: Article) -> str:
    """What the bot's link carries: the slug, or the number where the slug does not fit."""
    by_slug = _PREFIX + article.slug
    return by_slug if len(by_slug) <= _LONGEST else f"{_NUMBER}{article.id}"


def is_start(payload: str) -> bool:
    """Whether a start parameter leads to the blog."""
    return payload == START or payload.startswith(_PREFIX)


async def find(tx: Transaction, payload: str) -> Article:
    """The article that a start parameter names."""
    if payload.startswith(_NUMBER):
        digits = payload.removeprefix(_NUMBER)
        if not digits.isdecimal() or len(digits) > _DIGITS:
            raise NotFound(queries.GONE)
        return await queries.by_id(tx, int(digits))
    return await queries.by_slug(tx, payload.removeprefix(_PREFIX))
