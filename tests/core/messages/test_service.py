from datetime import datetime

import pytest

from core.db import Transaction
from core.errors import Invalid, NotFound
from core.messages import queries, service
from tests import factories


async def test_a_new_message_is_active_with_its_first_version(
    tx: Transaction, now: datetime
) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "Летняя распродажа", "<p>Hi</p>", now)
    tx.expunge_all()
    found = await queries.get(tx, owner, made.id)
    assert (found.slug, found.active) == ("letnyaya-rasprodazha", True)
    assert found.version is not None
    assert (found.version.no, found.version.subject) == (1, "Летняя распродажа")


async def test_an_edit_adds_a_version_and_keeps_the_old_one(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "One", "<p>1</p>", now)
    await service.edit(tx, owner, made.id, now, subject="Two")
    await service.edit(tx, owner, made.id, now, html="<p>2</p>")
    wordings = [(v.no, v.subject, v.html) for v in await queries.versions(tx, owner, made.id)]
    assert wordings == [(3, "Two", "<p>2</p>"), (2, "Two", "<p>1</p>"), (1, "One", "<p>1</p>")]


async def test_the_same_words_again_make_no_version(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "One", "<p>1</p>", now)
    await service.edit(tx, owner, made.id, now, subject=" One ", html="<p>1</p>")
    assert len(await queries.versions(tx, owner, made.id)) == 1


async def test_a_refused_edit_changes_nothing(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "One", "<p>1</p>", now)
    with pytest.raises(Invalid):
        await service.edit(tx, owner, made.id, now, subject="Two", html=" ")
    assert len(await queries.versions(tx, owner, made.id)) == 1


async def test_slugs_are_unique_for_an_owner_only(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    slugs = [(await service.create(tx, owner, "Sale", "x", now)).slug for _ in range(3)]
    assert slugs == ["sale", "sale-2", "sale-3"]
    assert (await service.create(tx, other, "Sale", "x", now)).slug == "sale"


async def test_nobody_reaches_a_message_of_somebody_else(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    made = await service.create(tx, owner, "Sale", "x", now)
    with pytest.raises(NotFound):
        await service.edit(tx, other, made.id, now, subject="Mine")
    with pytest.raises(NotFound):
        await service.set_active(tx, other, made.id, False, now)
    with pytest.raises(NotFound):
        await service.duplicate(tx, other, made.id, now)
    assert (await queries.page(tx, other)).total == 0


async def test_a_page_counts_all_and_finds_by_subject(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    for no in range(10):
        await service.create(tx, owner, f"Letter {no}", "x", now)
    await service.create(tx, owner, "100 % off", "x", now)
    second = await queries.page(tx, owner, 8, 8)
    assert (second.total, len(second.rows)) == (11, 3)
    assert (await queries.page(tx, owner, 800, 8)).offset == 8
    assert [m.slug for m in (await queries.page(tx, owner, search="100 %")).rows] == ["100-off"]


async def test_only_active_ones_can_be_asked_for(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "Sale", "x", now)
    await service.set_active(tx, owner, made.id, False, now)
    assert (await queries.page(tx, owner, active=True)).total == 0
    assert (await queries.page(tx, owner, active=False)).total == 1


async def test_a_copy_is_a_message_of_its_own(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.create(tx, owner, "Sale", "<p>x</p>", now)
    copy = await service.duplicate(tx, owner, made.id, now)
    await service.edit(tx, owner, copy.id, now, subject="Other")
    assert made.version is not None
    assert (copy.slug, made.version.subject) == ("sale-2", "Sale")
