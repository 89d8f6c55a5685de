"""Articles as readers see them: published ones, the newest first."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_

from core.articles.models import Article
from core.db import Transaction
from core.errors import NotFound
from core.i18n import LOCALES, N_
from core.pages import Page, page_of

GONE = N_("There is no such article any more.")
NEWEST_FIRST = (Article.published_at.desc(), Article.id.desc())
MAPPED = 5000  # addresses in a site map


@dataclass(frozen=True)
class Neighbours:
    """Where one can read on."""

    newer: Article | None
    older: Article | None


def published(locale: str | None = None) -> Select[Article]:
    """Everything that is out, or what readers of a language get: theirs and what is for all."""
    query = select(Article).where(Article.published_at.is_not(None))
    return query if locale is None else query.where(_in(locale))


async def page(tx: Transaction, locale: str, offset: int = 0, limit: int = 8) -> Page[Article]:
    """A page of a language's list."""
    return await page_of(tx, published(locale).order_by(*NEWEST_FIRST), offset, limit)


async def by_slug(tx: Transaction, slug: str) -> Article:
    """One article by its address."""
    return await _one(tx, Article.slug == slug)


async def by_id(tx: Transaction, article_id: int) -> Article:
    """One article by its number."""
    return await _one(tx, Article.id == article_id)


async def neighbours(tx: Transaction, article: Article, locale: str) -> Neighbours:
    """The articles beside this one in a language's list."""
    place = tuple_(Article.published_at, Article.id)
    here = tuple_(article.published_at, article.id)
    newer = published(locale).where(place > here).order_by(Article.published_at, Article.id)
    older = published(locale).where(place < here).order_by(*NEWEST_FIRST)
    return Neighbours(await tx.scalar(newer.limit(1)), await tx.scalar(older.limit(1)))


async def elsewhere(tx: Transaction, locale: str) -> dict[str, int]:
    """How many articles only readers of other languages find in their lists."""
    query = (
        select(Article.locale, func.count())
        .where(Article.published_at.is_not(None), Article.locale.in_(set(LOCALES) - {locale}))
        .group_by(Article.locale)
    )
    return {name: count for name, count in await tx.execute(query) if name}


async def newest(tx: Transaction, locale: str | None = None, limit: int = 20) -> list[Article]:
    """The latest ones, for a feed or a site map."""
    return list(await tx.scalars(published(locale).order_by(*NEWEST_FIRST).limit(limit)))


async def _one(tx: Transaction, which: ColumnElement[bool]) -> Article:
    found = await tx.scalar(published().where(which))
    if found is None:
        raise NotFound(GONE)
    return found


def _in(locale: str) -> ColumnElement[bool]:
    return or_(Article.locale.is_(None), Article.locale == locale)
