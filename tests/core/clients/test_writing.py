"""Many clients at once: merged by the rule, and taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.clients import queries, service, writing
from core.clients.forms import ClientForm
from core.clients.models import Client, Import, ImportChange
from core.db import Transaction
from core.errors import Conflict, NotFound
from core.users.models import User
from tests import factories
from tests.core.clients.makers import KEYS

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
BEFORE = {
    "email": "Anna@example.org",
    "first_name": "Анна",
    "phone": "+79991234567",
    "tags": ["vip"],
    "city": "Казань",
    "own": {"рост": "172", "карта": "7"},
    "consent_on": date(2025, 1, 2),
}
NEWS = ClientForm(
    "anna@example.org",
    "Аня",
    tags=("vip", "опт"),
    city="Москва",
    consent_on=date(2026, 1, 2),
    own={"рост": "173"},
)


async def present(tx: Transaction, owner: User) -> Client:
    found = await queries.by_email(tx, owner, "anna@example.org")
    assert found is not None
    await tx.refresh(found)
    return found


async def test_the_later_value_wins_unless_it_is_empty(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    await factories.client(tx, owner, created_at=LONG_AGO, **BEFORE)
    done = await writing.import_rows(tx, owner, [NEWS, ClientForm("b@example.org")], now, KEYS)
    assert (done.new, done.updated, done.same) == (1, 1, 0)
    anna = await present(tx, owner)
    assert (anna.email, anna.first_name, anna.phone) == ("Anna@example.org", "Аня", "+79991234567")
    assert (anna.tags, anna.city) == (["vip", "опт"], "Москва")
    assert anna.own == {"рост": "173", "карта": "7"}
    assert anna.consent_on == date(2026, 1, 2)


async def test_what_brings_nothing_new_changes_nothing(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    await writing.import_rows(tx, owner, [NEWS], now, KEYS)
    done = await writing.import_rows(tx, owner, [NEWS], now + timedelta(minutes=1), KEYS)
    assert (done.new, done.updated, done.same) == (0, 0, 1)
    assert await tx.scalar(select(func.count()).select_from(ImportChange)) == 0


async def test_an_address_in_two_batches_counts_once(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    await factories.client(tx, owner, created_at=LONG_AGO, **BEFORE)
    importing = await writing.Writing.begin(tx, owner, now, KEYS)
    await importing.write('[{"email": "anna@example.org", "city": "Тверь"}, {"email": "b@e.org"}]')
    await importing.write(
        '[{"email": "anna@example.org", "city": "Омск", "again": true},'
        ' {"email": "b@e.org", "city": "Омск", "again": true}]'
    )
    done = await importing.end()
    assert (done.new, done.updated, done.same) == (1, 1, 0)
    assert done.id is not None
    await writing.undo(tx, owner, done.id, now)
    assert (await present(tx, owner)).city == "Казань"


async def test_undoing_puts_everything_back(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    await factories.client(tx, owner, created_at=LONG_AGO, **BEFORE)
    done = await writing.import_rows(tx, owner, [NEWS, ClientForm("b@example.org")], now, KEYS)
    assert done.id is not None
    undone = await writing.undo(tx, owner, done.id, now + timedelta(hours=1))
    assert (undone.gone, undone.restored, undone.stayed) == (1, 1, 0)
    anna = await present(tx, owner)
    assert {name: getattr(anna, name) for name in BEFORE} == BEFORE
    assert await queries.by_email(tx, owner, "b@example.org") is None
    with pytest.raises(NotFound):
        await writing.undo(tx, owner, done.id, now)


async def test_undoing_keeps_what_was_changed_since(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    client = await factories.client(tx, owner, created_at=LONG_AGO, **BEFORE)
    done = await writing.import_rows(tx, owner, [NEWS], now, KEYS)
    await tx.refresh(client)
    await service.edit(tx, owner, client.id, now, city="Сочи")
    assert done.id is not None
    await writing.undo(tx, owner, done.id, now)
    anna = await present(tx, owner)
    assert (anna.first_name, anna.city) == ("Анна", "Сочи")


async def test_after_a_day_nothing_is_left_to_undo(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    done = await writing.import_rows(tx, owner, [NEWS], now, KEYS)
    late = now + timedelta(days=1, seconds=1)
    assert done.id is not None
    with pytest.raises(Conflict):
        await writing.undo(tx, owner, done.id, late)
    await writing.import_rows(tx, owner, [NEWS], late, KEYS)
    assert await tx.get(Import, done.id, populate_existing=True) is None


async def test_nobody_undoes_an_import_of_somebody_else(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    done = await writing.import_rows(tx, owner, [NEWS], now, KEYS)
    assert done.id is not None
    with pytest.raises(NotFound):
        await writing.undo(tx, other, done.id, now)
    assert await queries.count_active(tx, owner) == 1
