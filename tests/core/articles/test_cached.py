"""The cached blog shows what the tables hold, and never what they no longer do."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image
from redis.asyncio import Redis
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from core.articles import cached, service
from core.articles.models import Article
from core.articles.pictures import fit
from core.bootstrap import Deps
from core.db import Sessions, clock
from core.errors import NotFound
from core.settings import Settings
from tests import factories


@pytest.fixture
async def deps(engine: AsyncEngine, sessions: Sessions, redis_url: str) -> AsyncIterator[Deps]:
    redis = Redis.from_url(redis_url)
    await redis.flushdb()
    made = Deps(Settings(), engine, sessions, redis)
    assert made.cache
    yield made
    await redis.aclose()


def picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (600, 400), "navy").save(target, "PNG")
    return target.getvalue()


async def write(deps: Deps, title: str, slug: str, *, shown: bool = False) -> int:
    async with deps.sessions.begin() as tx:
        article = await factories.article(tx, title, slug=slug)
        if shown:
            await service.set_picture(tx, article, fit("a", picture()), await clock(tx))
        return article.id


async def test_what_is_read_twice_is_asked_for_once(deps: Deps, engine: AsyncEngine) -> None:
    await write(deps, "Один", "odin", shown=True)
    asked: list[str] = []
    event.listen(
        engine.sync_engine, "before_cursor_execute", lambda *args: asked.append(str(args[2]))
    )
    for _ in range(3):
        page = await cached.page(deps.cache, "ru")
        article = await cached.by_slug(deps.cache, "odin")
        for each in (page.rows[0], article):
            assert each.title == "Один"
            assert each.picture
            assert (each.picture.width, each.picture.height) == (600, 400)
    of_articles = [each for each in asked if "FROM articles" in each]
    assert len(of_articles) == 3  # the row, the page and its count


async def test_a_change_is_seen_at_once(deps: Deps) -> None:
    number = await write(deps, "Один", "odin")
    assert (await cached.by_slug(deps.cache, "odin")).title == "Один"
    assert (await cached.page(deps.cache, "ru")).total == 1
    async with deps.sessions.begin() as tx:
        (await tx.get_one(Article, number)).title = "Два"
    assert (await cached.by_slug(deps.cache, "odin")).title == "Два"
    assert [each.title for each in (await cached.page(deps.cache, "ru")).rows] == ["Два"]
    async with deps.sessions.begin() as tx:
        await service.unpublish(await tx.get_one(Article, number))
    assert (await cached.page(deps.cache, "ru")).rows == []
    with pytest.raises(NotFound):
        await cached.by_slug(deps.cache, "odin")
