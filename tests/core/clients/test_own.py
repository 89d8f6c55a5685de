"""Fields of an owner's own."""

from datetime import datetime

import pytest

from core.clients import own, service
from core.clients.own import column_of
from core.clients.own_values import check_own, kind_of
from core.db import Transaction
from core.errors import Conflict, Invalid, NotFound
from tests import factories


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("number", "1 500,50", "1500.50"),
        ("number", "—", ""),
        ("date", "1990-05-12 00:00:00", "12.05.1990"),
        ("date", "12/05/1990", "12.05.1990"),
        ("text", "  золотая \n карта ", "золотая карта"),
    ],
)
def test_a_value_is_kept_as_it_reads_in_a_letter(kind: str, typed: str, kept: str) -> None:
    assert check_own(kind, typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"), [("number", "сто"), ("number", "NaN"), ("date", "31.02.2026")]
)
def test_a_wrong_value_is_refused(kind: str, typed: str) -> None:
    with pytest.raises(Invalid):
        check_own(kind, typed)


@pytest.mark.parametrize(
    ("title", "key"), [("День рождения", "день_рождения"), ("№ карты", "карты"), ("VIP-2", "vip_2")]
)
def test_a_title_becomes_a_placeholder(title: str, key: str) -> None:
    assert own.check_key(title) == key


@pytest.mark.parametrize("title", ["Имя", "E-mail", "phone", "!!!"])
def test_names_that_clients_have_are_taken(title: str) -> None:
    with pytest.raises(Invalid):
        own.check_key(title)


@pytest.mark.parametrize(
    ("values", "kind"),
    [(["1", "2,5", ""], "number"), (["01.02.2026"], "date"), (["1", "x"], "text"), ([""], "text")],
)
def test_the_kind_is_told_by_the_values(values: list[str], kind: str) -> None:
    assert kind_of(values) == kind


async def test_a_field_is_filled_in_and_deleted_with_its_values(
    tx: Transaction, now: datetime
) -> None:
    owner = await factories.user(tx)
    field = await own.add(tx, owner, "Рост", "number", now)
    client = await factories.client(tx, owner)
    await service.edit(tx, owner, client.id, now, None, **{column_of(field): "1,72"})
    assert client.own == {"рост": "1.72"}
    assert await own.filled(tx, owner) == {"рост": 1}
    key = await own.remove(tx, owner, field.id)
    assert not await own.forget_values(tx, owner, key)
    await tx.refresh(client)
    assert client.own == {}
    with pytest.raises(NotFound):
        await service.edit(tx, owner, client.id, now, None, **{column_of(field): "2"})


async def test_there_are_twenty_at_most_each_name_once(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    for number in range(own.MOST):
        await own.add(tx, owner, f"Поле {number}", "text", now)
    with pytest.raises(Conflict):
        await own.add(tx, owner, "Ещё", "text", now)
    first = await own.add(tx, other, "Поле 0", "text", now)
    with pytest.raises(Conflict):
        await own.add(tx, other, "поле-0", "text", now)
    with pytest.raises(NotFound):
        await own.rename(tx, owner, first.id, "Моё")
