"""Writing articles. Nobody reads a draft; a published article may be changed where it stands."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.articles import pictures
from core.articles.body import check_body
from core.articles.models import Article
from core.articles.pictures import NewPicture
from core.db import Transaction
from core.errors import Conflict, Invalid
from core.i18n import LOCALES, N_
from core.messages.slug import free_slug, slug_of
from core.notices import notify
from core.typed import blank, one_line
from core.users.models import User

CHANNEL = "articles"
TITLE_LENGTH = 120
SUMMARY_LENGTH = 300
SLUG_LENGTH = 80
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

NO_TITLE = N_("An article needs a title, for example: How to write a first mailing")
LONG = N_("That is {length} characters; there is room for {most}.")
BAD_SLUG = N_("An address has Latin letters, digits and single hyphens: letnyaya-rasprodazha")
SLUG_TAKEN = N_("Another article has this address already.")


def check_title(typed: str) -> str:
    """The title as it will be kept."""
    title = one_line(typed)
    if blank(title):
        raise Invalid(NO_TITLE)
    return _within(title, TITLE_LENGTH)


def check_line(typed: str) -> str:
    """A summary or a picture's description; may be left out."""
    return _within(one_line(typed), SUMMARY_LENGTH)


def check_slug(typed: str) -> str:
    """An address typed by hand, or nothing: then the title makes it."""
    slug = typed.strip().lower()
    if slug and not _SLUG.fullmatch(slug):
        raise Invalid(BAD_SLUG)
    return _within(slug, SLUG_LENGTH)


def check_locale(chosen: str) -> str | None:
    """One of ours, or None for readers of every language."""
    if chosen and chosen not in LOCALES:
        raise Invalid(N_("There is no such language here."))
    return chosen or None


async def create(tx: Transaction, author: User, given: Mapping[str, Any], now: datetime) -> Article:
    """A new draft."""
    article = Article(author_id=author.id, created_at=now, picture=None)
    tx.add(article)
    await _write(tx, article, given, now)
    return article


async def edit(
    tx: Transaction, article: Article, given: Mapping[str, Any], now: datetime
) -> Article:
    """Change it where it stands; without a slug the address stays as it is."""
    await _write(tx, article, {**given, "slug": given.get("slug") or article.slug}, now)
    return article


async def publish(tx: Transaction, article: Article, now: datetime) -> None:
    """Everybody may read it, and those who want to hear of it are told once."""
    if article.published_at:
        raise Conflict
    article.published_at = now
    await notify(tx, CHANNEL)


async def unpublish(article: Article) -> None:
    """A draft again."""
    if article.published_at is None:
        raise Conflict
    article.published_at = None


async def set_picture(
    tx: Transaction, article: Article, new: NewPicture | None, now: datetime
) -> None:
    """Another picture, or none."""
    article.picture_id = await pictures.keep(tx, new, now) if new else None
    article.changed_at = now
    await tx.flush()
    await tx.refresh(article, ["picture"])


async def _write(
    tx: Transaction, article: Article, given: Mapping[str, Any], now: datetime
) -> None:
    with tx.no_autoflush:
        article.title = check_title(given["title"])
        article.slug = await _slug(tx, article, check_slug(given.get("slug") or ""))
        article.summary = check_line(given.get("summary") or "")
        article.body = check_body(given["body"])
        article.locale = check_locale(given.get("locale") or "")
        article.picture_alt = check_line(given.get("picture_alt") or "")
        article.changed_at = now
    await tx.flush()


async def _slug(tx: Transaction, article: Article, wanted: str) -> str:
    base = wanted or slug_of(article.title, "article")
    alike = Article.slug.like(f"{base}%")
    others = select(Article.slug).where(alike, Article.id.is_distinct_from(article.id))
    taken = set(await tx.scalars(others))
    if wanted and wanted in taken:
        raise Invalid(SLUG_TAKEN)
    return free_slug(base, taken)


def _within(text: str, most: int) -> str:
    if len(text) > most:
        raise Invalid(LONG, length=len(text), most=most)
    return text
