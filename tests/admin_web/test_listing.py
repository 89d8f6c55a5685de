"""Pages of large tables: what is frequent is among the newest rows, what is rare by the index."""

from dataclasses import replace

from admin_web.admin import listing
from admin_web.admin.filters import wanted
from admin_web.resources.clients import CLIENTS
from core.clients.models import Client
from core.db import Transaction
from tests import factories

LOOKED_AT_FEW = replace(CLIENTS, slice=3)


async def found(tx: Transaction, size: int = 2, **query: str) -> list[list[int]]:
    """The pages one after the other, by the ids on them."""
    pages = []
    while True:
        page = await listing.page(tx, LOOKED_AT_FEW, wanted(LOOKED_AT_FEW, query), size)
        pages.append([row.id for row in page.rows])
        if page.after is None:
            return pages
        query["after"] = page.after


async def people(tx: Transaction, *names: str) -> list[Client]:
    owner = await factories.user(tx)
    return [await factories.client(tx, owner, first_name=name) for name in names]


async def test_a_search_finds_the_frequent_and_the_rare(tx: Transaction) -> None:
    olga, *annas, ivan = await people(tx, "Ольга", *["Анна"] * 6, "Иван")
    ids = [row.id for row in annas][::-1]
    assert await found(tx, q="анна") == [ids[:2], ids[2:4], ids[4:]]
    assert await found(tx, q="ольга") == [[olga.id]]
    assert await found(tx, q="иван") == [[ivan.id]]
    assert await found(tx, q="никто") == [[]]


async def test_a_search_goes_back_as_it_came_and_the_other_way_round(tx: Transaction) -> None:
    olga, *_others = await people(tx, "Ольга", *["Анна"] * 6)
    olga2, *_more = await people(tx, "Ольга", *["Анна"] * 6)
    assert await found(tx, 1, q="ольга") == [[olga2.id], [olga.id]]
    assert await found(tx, 1, q="ольга", sort="id") == [[olga.id], [olga2.id]]
    assert await found(tx, 1, q="ольга", owner_id=str(olga.owner_id)) == [[olga.id]]
    second = await listing.page(
        tx,
        LOOKED_AT_FEW,
        wanted(LOOKED_AT_FEW, {"q": "ольга", "before": listing.packed([olga.id])}),
        1,
    )
    assert [row.id for row in second.rows] == [olga2.id]
    assert second.after is not None
