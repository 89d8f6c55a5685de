"""Writing, publishing and finding articles."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.articles import links, queries, service
from core.articles.models import Article
from core.db import Transaction
from core.errors import Conflict, Invalid, NotFound
from tests import factories

TEXT = "Одна мысль."


async def draft(tx: Transaction, now: datetime, title: str, **given: Any) -> Article:
    author = await factories.user(tx)
    return await service.create(tx, author, {"title": title, "body": TEXT, **given}, now)


async def titles(tx: Transaction, locale: str) -> list[str]:
    return [each.title for each in (await queries.page(tx, locale)).rows]


async def test_the_address_is_made_of_the_title_and_is_nobody_elses(
    tx: Transaction, now: datetime
) -> None:
    made = [await draft(tx, now, "Летняя распродажа") for _ in range(3)]
    assert [each.slug for each in made] == [
        "letnyaya-rasprodazha",
        "letnyaya-rasprodazha-2",
        "letnyaya-rasprodazha-3",
    ]


async def test_a_title_without_letters_has_an_address_too(tx: Transaction, now: datetime) -> None:
    assert (await draft(tx, now, "!!!")).slug == "article"


async def test_another_title_leaves_the_address_as_it_was_passed_on(
    tx: Transaction, now: datetime
) -> None:
    made = await draft(tx, now, "Один")
    await service.edit(tx, made, {"title": "Два", "body": TEXT, "slug": ""}, now)
    assert (made.title, made.slug) == ("Два", "odin")
    await service.edit(tx, made, {"title": "Два", "body": TEXT, "slug": "dva"}, now)
    assert made.slug == "dva"


@pytest.mark.parametrize("slug", ["a b", "a--b", "-a", "a_b", "Щ", "../x", "a" * 81])
async def test_an_address_that_is_none_is_refused(
    tx: Transaction, now: datetime, slug: str
) -> None:
    with pytest.raises(Invalid):
        await draft(tx, now, "Один", slug=slug)


async def test_a_taken_address_is_refused_in_words(tx: Transaction, now: datetime) -> None:
    await draft(tx, now, "Один")
    with pytest.raises(Invalid, match="address already"):
        await draft(tx, now, "Два", slug="odin")


@pytest.mark.parametrize("title", ["", "  ", "\u200b", "x" * 121])
async def test_a_title_is_needed_and_has_an_end(tx: Transaction, now: datetime, title: str) -> None:
    with pytest.raises(Invalid):
        await draft(tx, now, title)


async def test_nobody_reads_a_draft(tx: Transaction, now: datetime) -> None:
    made = await draft(tx, now, "Один")
    assert await titles(tx, "ru") == []
    for find in (queries.by_slug(tx, made.slug), queries.by_id(tx, made.id)):
        with pytest.raises(NotFound):
            await find
    await service.publish(tx, made, now)
    assert await titles(tx, "ru") == ["Один"]
    await service.unpublish(made)
    assert await titles(tx, "ru") == []


async def test_what_is_out_cannot_come_out_again(tx: Transaction, now: datetime) -> None:
    made = await draft(tx, now, "Один")
    await service.publish(tx, made, now)
    with pytest.raises(Conflict):
        await service.publish(tx, made, now)
    await service.unpublish(made)
    with pytest.raises(Conflict):
        await service.unpublish(made)


async def test_readers_get_their_language_and_what_is_for_all(
    tx: Transaction, now: datetime
) -> None:
    for title, locale in (("Русская", "ru"), ("English", "en"), ("Both", None)):
        await factories.article(tx, title, locale=locale)
    assert await titles(tx, "ru") == ["Both", "Русская"]
    assert await titles(tx, "en") == ["Both", "English"]
    assert await queries.elsewhere(tx, "ru") == {"en": 1}


async def test_neighbours_follow_the_order_of_the_list(tx: Transaction, now: datetime) -> None:
    made = [
        await factories.article(tx, f"No. {no}", published_at=now - timedelta(days=no // 2))
        for no in range(5)
    ]
    listed = (await queries.page(tx, "ru")).rows
    for newer, here, older in zip([None, *listed], listed, [*listed[1:], None], strict=False):
        beside = await queries.neighbours(tx, here, "ru")
        assert (beside.newer, beside.older) == (newer, older)
    assert len(listed) == len(made)


async def test_a_link_carries_the_slug_or_the_number_where_it_would_not_fit(
    tx: Transaction, now: datetime
) -> None:
    short = await factories.article(tx, slug="letnyaya-rasprodazha")
    long = await factories.article(tx, slug="a" * 60)
    assert links.start_of(short) == "blog_letnyaya-rasprodazha"
    assert links.start_of(long) == f"blog_id_{long.id}"
    for article in (short, long):
        assert len(links.start_of(article)) <= 64
        assert links.is_start(links.start_of(article))
        assert await links.find(tx, links.start_of(article)) is article


@pytest.mark.parametrize("payload", ["blog_nothing", "blog_id_x", "blog_id_" + "9" * 40, "blog_"])
async def test_a_broken_link_finds_nothing(tx: Transaction, payload: str) -> None:
    with pytest.raises(NotFound):
        await links.find(tx, payload)
