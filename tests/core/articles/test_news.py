"""Who is told of a new article: chats that asked for it, each once."""

import asyncio
from datetime import datetime, timedelta

from core.articles import news
from core.db import Sessions, Transaction
from core.users.models import TelegramAccount
from tests import factories

HOUR = timedelta(hours=1)


async def chat(tx: Transaction, number: int, now: datetime, locale: str = "ru") -> TelegramAccount:
    made = TelegramAccount(telegram_id=number, locale=locale, created_at=now)
    tx.add(made)
    await tx.flush()
    await news.follow(tx, number, now - HOUR)
    return made


async def told(tx: Transaction, now: datetime) -> list[int]:
    return [each.telegram_id for each in await news.claim(tx, now)]


async def test_those_who_asked_are_told_once(tx: Transaction, now: datetime) -> None:
    await chat(tx, 1, now)
    tx.add(TelegramAccount(telegram_id=2, locale="ru", created_at=now))
    await factories.article(tx, published_at=now)
    assert await told(tx, now) == [1]
    assert await told(tx, now) == []


async def test_a_republished_article_is_no_news(tx: Transaction, now: datetime) -> None:
    await chat(tx, 1, now)
    article = await factories.article(tx, published_at=now)
    assert await told(tx, now) == [1]
    article.published_at = now + HOUR
    await tx.flush()
    assert await told(tx, now + HOUR) == []


async def test_older_articles_drafts_and_other_languages_are_no_news(
    tx: Transaction, now: datetime
) -> None:
    await chat(tx, 1, now)
    await factories.article(tx, published_at=None)
    await factories.article(tx, published_at=now - 2 * HOUR)
    await factories.article(tx, published_at=now, locale="en")
    assert await told(tx, now) == []
    await factories.article(tx, published_at=now, locale="ru")
    assert await told(tx, now + news.NEWS) == []
    assert await told(tx, now) == [1]


async def test_a_chat_that_blocked_the_bot_or_changed_its_mind_is_left_alone(
    tx: Transaction, now: datetime
) -> None:
    (await chat(tx, 1, now)).blocked_at = now
    await chat(tx, 2, now)
    await news.unfollow(tx, 2)
    await factories.article(tx, published_at=now)
    assert await told(tx, now) == []


async def test_what_surely_did_not_arrive_is_told_again(tx: Transaction, now: datetime) -> None:
    await chat(tx, 1, now)
    await factories.article(tx, published_at=now)
    (telling,) = await news.claim(tx, now)
    await news.release(tx, telling)
    assert await told(tx, now) == [1]


async def test_of_two_that_tell_at_once_each_chat_hears_one(
    sessions: Sessions, now: datetime
) -> None:
    async with sessions.begin() as tx:
        for number in range(1, 31):
            await chat(tx, number, now)
        await factories.article(tx, published_at=now)

    async def take() -> list[int]:
        async with sessions.begin() as tx:
            return await told(tx, now)

    taken = await asyncio.gather(*(take() for _ in range(4)))
    assert sorted(number for each in taken for number in each) == list(range(1, 31))
