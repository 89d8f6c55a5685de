from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.clients import importing, queries, service, writing
from core.clients.forms import ClientForm
from core.clients.models import Client
from core.db import Transaction
from core.errors import Conflict, Invalid, NotFound
from core.suppressions.models import Suppression
from core.suppressions.service import Reason, hold_off
from tests import factories
from tests.core.clients.makers import KEYS

ANNA = ClientForm("Anna@example.org", "Анна", "Петрова", "+79991234567", "", ("vip",))


async def test_an_added_client_receives_mail(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.add(tx, owner, ANNA, now, KEYS)
    tx.expunge_all()
    found = await queries.get(tx, owner, made.id)
    assert (found.name, found.phone, found.tags) == ("Анна Петрова", "+79991234567", ["vip"])
    assert await queries.count_active(tx, owner) == 1


async def test_an_address_is_added_once_whatever_its_case(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    await service.add(tx, owner, ANNA, now, KEYS)
    with pytest.raises(Conflict):
        await service.add(tx, owner, ClientForm("anna@EXAMPLE.org"), now, KEYS)
    await service.add(tx, other, ClientForm("anna@example.org"), now, KEYS)


async def test_fields_are_edited_as_typed(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.add(tx, owner, ANNA, now, KEYS)
    typed = {"phone": "8 (999) 765-43-21", "tags": "a, b", "email": "b@e.org"}
    await service.edit(tx, owner, made.id, now, None, **typed)
    await tx.refresh(made)
    assert (made.phone, made.tags, made.email) == ("+79997654321", ["a", "b"], "b@e.org")
    with pytest.raises(Invalid):
        await service.edit(tx, owner, made.id, now, phone="сто")


async def test_an_address_of_another_client_cannot_be_taken(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    await service.add(tx, owner, ANNA, now, KEYS)
    other = await service.add(tx, owner, ClientForm("b@example.org"), now, KEYS)
    with pytest.raises(Conflict):
        await service.edit(tx, owner, other.id, now, email="ANNA@example.org")


async def test_nobody_reaches_a_client_of_somebody_else(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    made = await service.add(tx, owner, ANNA, now, KEYS)
    with pytest.raises(NotFound):
        await service.edit(tx, other, made.id, now, comment="mine")
    with pytest.raises(NotFound):
        await service.set_active(tx, other, made.id, False, now)
    assert (await queries.page(tx, other)).total == 0


async def test_unsubscribing_twice_keeps_the_first_date(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    made = await service.add(tx, owner, ANNA, now, KEYS)
    await service.unsubscribe(tx, made.id, now)
    await service.unsubscribe(tx, made.id, now + timedelta(days=1))
    await tx.refresh(made)
    assert made.unsubscribed_at == now
    counts = await queries.counts(tx, owner)
    assert counts == queries.Counts(total=1, active=0, unsubscribed=1, inactive=0)


async def test_an_import_adds_and_fills_in(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    await service.add(tx, owner, ANNA, now, KEYS)
    forms = [
        ClientForm("anna@example.org", "Аня", "", None, "звонить утром", ("vip", "Москва")),
        ClientForm("new@example.org"),
    ]
    done = await writing.import_rows(tx, owner, forms, now + timedelta(minutes=1), KEYS)
    assert (done.new, done.updated, done.same) == (1, 1, 0)
    found = await queries.by_email(tx, owner, "anna@example.org")
    assert found is not None
    await tx.refresh(found)
    assert (found.first_name, found.last_name, found.phone) == ("Аня", "Петрова", "+79991234567")
    assert (found.tags, found.comment) == (["vip", "Москва"], "звонить утром")


async def test_an_import_brings_nobody_back(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    gone = await service.add(tx, owner, ANNA, now, KEYS)
    off = await service.add(tx, owner, ClientForm("off@example.org"), now, KEYS)
    await service.unsubscribe(tx, gone.id, now)
    await service.set_active(tx, owner, off.id, False, now)
    forms = [ANNA, ClientForm("off@example.org")]
    done = await writing.import_rows(tx, owner, forms, now, KEYS)
    assert (done.new, done.updated, done.same, done.unsubscribed) == (0, 0, 2, 1)
    assert await queries.count_active(tx, owner) == 0


async def test_an_import_of_many_goes_in_batches(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    forms = [ClientForm(f"c{no}@example.org") for no in range(importing.BATCH + 5)]
    assert (await writing.import_rows(tx, owner, forms, now, KEYS)).new == importing.BATCH + 5
    assert await queries.count_active(tx, owner) == importing.BATCH + 5


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("анна", 1),
        ("ПЕТРОВА анна", 1),
        ("example.org", 2),
        ("пе ан", 1),
        ("нн", 0),
        ("8 (999) 123", 1),
        ("+7999123", 1),
        ("#vip", 1),
        ("100%", 0),
        ("никто", 0),
        ("", 2),
    ],
)
async def test_a_search_looks_everywhere(
    tx: Transaction, now: datetime, text: str, found: int
) -> None:
    owner = await factories.user(tx)
    await service.add(tx, owner, ANNA, now, KEYS)
    await service.add(tx, owner, ClientForm("b@example.org"), now, KEYS)
    assert (await queries.page(tx, owner, search=text)).total == found


async def test_a_search_finds_the_newest_and_what_is_rare_among_all(
    tx: Transaction, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_FOUND", 3)
    monkeypatch.setattr(queries, "NEWEST", 4)
    owner, other = await factories.user(tx), await factories.user(tx)
    old = await service.add(tx, owner, ANNA, now, KEYS)
    many = [
        await service.add(tx, owner, ClientForm(f"c{n}@example.org"), now, KEYS) for n in range(6)
    ]
    await service.add(tx, other, ANNA, now, KEYS)
    common = await queries.page(tx, owner, search="example.org")
    assert [row.id for row in common.rows] == [row.id for row in many[:-4:-1]]
    rare = await queries.page(tx, owner, search="анна")
    assert [row.id for row in rare.rows] == [old.id]
    await service.set_active(tx, owner, many[-1].id, False, now)
    receiving = await queries.page(tx, owner, search="c", receiving=True)
    assert many[-1].id not in {row.id for row in receiving.rows}
    assert receiving.total == 3


async def test_the_newest_client_is_one_that_gets_mail_and_is_meant(
    tx: Transaction, now: datetime
) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    anna = await factories.client(tx, owner, tags=["vip"])
    boris = await factories.client(tx, owner)
    await factories.client(tx, owner, tags=["vip"], unsubscribed_at=now)
    await factories.client(tx, other, tags=["vip"])
    assert await queries.newest(tx, owner) == boris
    assert await queries.newest(tx, owner, Client.tags.contains(["vip"])) == anna
    assert await queries.newest(tx, owner, Client.tags.contains(["nobody"])) is None


async def test_many_are_switched_on_and_only_the_dead_addresses_among_them_released(
    tx: Transaction, now: datetime
) -> None:
    anna, olga = await factories.user(tx), await factories.user(tx)
    dead: dict[str, Any] = {"active": False, "bounced_at": now, "bounce_reason": "user_unknown"}
    clients = [
        await factories.client(tx, anna, email="Dead@example.org", **dead),
        await factories.client(tx, olga, email="complained@example.org", **dead),
        await factories.client(tx, olga, email="off@example.org", active=False),
        await factories.client(tx, olga, email="left@example.org", **dead),
    ]
    reasons: tuple[Reason, ...] = ("bounce", "complaint", "bounce", "bounce")
    for client, reason in zip(clients, reasons, strict=True):
        await hold_off(tx, client.email, reason, now, owner_id=client.owner_id)
    await service.set_active_all(tx, [client.id for client in clients[:3]], True)
    for client in clients:
        await tx.refresh(client)
    assert [client.active for client in clients] == [True, True, True, False]
    assert [client.bounced_at for client in clients] == [None, None, None, now]
    held = set(await tx.scalars(select(Suppression.email)))
    assert held == {"complained@example.org", "off@example.org", "left@example.org"}


async def test_of_many_who_unsubscribe_the_first_date_stays(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    since = now - timedelta(days=3)
    gone = await factories.client(tx, owner, unsubscribed_at=since, unsubscribed_because="mail")
    going = await factories.client(tx, owner)
    await service.unsubscribe_all(tx, [gone.id, going.id], now, "link")
    for client in (gone, going):
        await tx.refresh(client)
    assert (gone.unsubscribed_at, gone.unsubscribed_because) == (since, "mail")
    assert (going.unsubscribed_at, going.unsubscribed_because) == (now, "link")
