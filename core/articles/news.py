"""Who is told of a new article: chats that asked for it, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from core.articles.models import Article, ArticleNotice, BlogFollower
from core.db import Transaction
from core.users.models import TelegramAccount

NEWS = timedelta(days=1)  # later it is none any more
SLICE = 100


@dataclass(frozen=True)
class Telling:
    """An article that a chat is to be told of; nobody else will tell it."""

    article_id: int
    telegram_id: int
    locale: str


async def follows(tx: Transaction, telegram_id: int) -> bool:
    """Whether the chat wants to hear of new articles."""
    return await tx.get(BlogFollower, telegram_id) is not None


async def follow(tx: Transaction, telegram_id: int, now: datetime) -> None:
    """The chat hears of articles that are published from now on."""
    new = insert(BlogFollower).values(telegram_id=telegram_id, since=now)
    await tx.execute(new.on_conflict_do_nothing())


async def unfollow(tx: Transaction, telegram_id: int) -> None:
    """The chat hears of nothing any more."""
    await tx.execute(delete(BlogFollower).where(BlogFollower.telegram_id == telegram_id))


async def release(tx: Transaction, telling: Telling) -> None:
    """It could not be told: somebody tries again."""
    notice = (
        ArticleNotice.article_id == telling.article_id,
        ArticleNotice.telegram_id == telling.telegram_id,
    )
    await tx.execute(delete(ArticleNotice).where(*notice))


async def claim(tx: Transaction, now: datetime, limit: int = SLICE) -> Sequence[Telling]:
    """Take the next chats to tell. They count as told: news twice is worse than news missed."""
    told = aliased(ArticleNotice)
    waiting = (
        select(Article.id, TelegramAccount.telegram_id, TelegramAccount.locale)
        .join(BlogFollower, BlogFollower.since < Article.published_at)
        .join(TelegramAccount, TelegramAccount.telegram_id == BlogFollower.telegram_id)
        .where(
            Article.published_at > now - NEWS,
            TelegramAccount.blocked_at.is_(None),
            or_(Article.locale.is_(None), Article.locale == TelegramAccount.locale),
            ~exists().where(
                told.article_id == Article.id, told.telegram_id == TelegramAccount.telegram_id
            ),
        )
        .order_by(Article.id, TelegramAccount.telegram_id)
        .limit(limit)
    )
    found = [Telling(*row) for row in await tx.execute(waiting)]
    if not found:
        return []
    rows = [
        {"article_id": each.article_id, "telegram_id": each.telegram_id, "told_at": now}
        for each in found
    ]
    new = insert(ArticleNotice).values(rows).on_conflict_do_nothing()
    taken = await tx.execute(new.returning(ArticleNotice.article_id, ArticleNotice.telegram_id))
    mine = set(map(tuple, taken))
    return [each for each in found if (each.article_id, each.telegram_id) in mine]
