"""The blog out of the cache: it changes seldom and is read by everybody.

A picture is found through its article, so the marks of articles tell of both.
"""

from typing import Any

from sqlalchemy.orm import lazyload
from sqlalchemy.orm.attributes import set_committed_value

from core.articles import queries
from core.articles.models import Article, ArticlePicture
from core.cache.rows import pack, unpack
from core.cache.service import Cache
from core.db import Transaction
from core.errors import NotFound
from core.pages import Page

Packed = dict[str, Any]


async def page(cache: Cache, locale: str, offset: int = 0, limit: int = 8) -> Page[Article]:
    """A page of a language's list."""

    async def load(tx: Transaction) -> Packed:
        found = await queries.page(tx, locale, offset, limit)
        rows = [_packed(row) for row in found.rows]
        return {"rows": rows, "total": found.total, "offset": found.offset}

    kept = await cache.kept(Article, None, f"blog page {locale} {offset} {limit}", load)
    return Page([_unpacked(row) for row in kept["rows"]], kept["total"], kept["offset"])


async def elsewhere(cache: Cache, locale: str) -> dict[str, int]:
    """How many articles only readers of other languages find in their lists."""

    async def load(tx: Transaction) -> dict[str, int]:
        return await queries.elsewhere(tx, locale)

    found: dict[str, int] = await cache.kept(Article, None, f"blog elsewhere {locale}", load)
    return found


async def newest(cache: Cache, locale: str, limit: int) -> list[Article]:
    """The latest ones of a language."""
    return (await page(cache, locale, 0, limit)).rows


async def by_slug(cache: Cache, slug: str) -> Article:
    """One article by its address."""
    alone = queries.published().options(lazyload(Article.picture))
    found = await cache.get_or_set_cache(alone, slug=slug)
    if found is None:
        raise NotFound(queries.GONE)
    picture = None
    if found.picture_id is not None:
        picture = await cache.get_or_set_cache(
            ArticlePicture, slug=found.picture_id, type_field="id"
        )
    set_committed_value(found, "picture", picture)
    return found


def _packed(article: Article) -> Packed:
    return pack(article) | {"picture": pack(article.picture) if article.picture else None}


def _unpacked(packed: Packed) -> Article:
    picture = packed["picture"]
    article = unpack(Article, packed)
    set_committed_value(article, "picture", unpack(ArticlePicture, picture) if picture else None)
    return article
