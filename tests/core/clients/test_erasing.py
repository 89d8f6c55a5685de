"""Erasing a client, and what is left of it."""

from datetime import datetime

import pytest
from sqlalchemy import func, select, text

from core.audit.models import Entry
from core.audit.service import Actor
from core.clients import erasing, queries, service, writing
from core.clients.forms import ClientForm
from core.clients.models import Client, ErasedAddress
from core.db import Transaction
from core.errors import Invalid, NotFound
from core.users.models import User
from tests import factories
from tests.core.clients.makers import KEYS

BOT = Actor("bot", "Анна")
ANNA = ClientForm("anna@example.org", "Анна")


async def erased(tx: Transaction, owner: User, client: Client, now: datetime) -> bool:
    return await erasing.erase(tx, owner, client.id, BOT, KEYS, now)


async def again(tx: Transaction, owner: User, now: datetime) -> Client:
    await writing.import_rows(tx, owner, [ANNA], now, KEYS)
    found = await queries.by_email(tx, owner, ANNA.email)
    assert found is not None
    await tx.refresh(found)
    return found


async def test_who_unsubscribed_stays_so_after_erasing(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    client = await factories.client(tx, owner, email="ANNA@example.org", unsubscribed_at=now)
    assert await erased(tx, owner, client, now)
    [left] = (await tx.scalars(select(ErasedAddress))).all()
    assert b"anna" not in left.digest
    back = await again(tx, owner, now)
    assert back.unsubscribed_at == now
    assert await queries.count_active(tx, owner) == 0


async def test_an_added_client_is_held_off_just_so(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    client = await factories.client(
        tx, owner, email=ANNA.email, active=False, bounced_at=now, bounce_reason="user_unknown"
    )
    assert await erased(tx, owner, client, now)
    made = await service.add(tx, owner, ANNA, now, KEYS)
    assert (made.active, made.bounced_at, made.bounce_reason) == (False, now, "user_unknown")


async def test_who_got_mail_leaves_nothing(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    client = await factories.client(tx, owner, email=ANNA.email)
    assert not await erased(tx, owner, client, now)
    assert await tx.scalar(select(func.count()).select_from(ErasedAddress)) == 0
    assert (await again(tx, owner, now)).unsubscribed_at is None


async def test_a_suppressed_address_leaves_its_hash_alone(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    client = await factories.client(tx, owner, email=ANNA.email)
    await tx.execute(
        text(
            "INSERT INTO suppressions (owner_id, email, reason, created_at)"
            " VALUES (:owner, 'anna@example.org', 'complaint', :now)"
        ).bindparams(owner=owner.id, now=now)
    )
    assert await erased(tx, owner, client, now)
    assert await tx.scalar(text("SELECT count(*) FROM suppressions")) == 0
    assert (await again(tx, owner, now)).unsubscribed_because == "complaint"


async def test_another_owner_is_not_concerned(tx: Transaction, now: datetime) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    client = await factories.client(tx, owner, email=ANNA.email, unsubscribed_at=now)
    with pytest.raises(NotFound):
        await erased(tx, other, client, now)
    await erased(tx, owner, client, now)
    assert (await again(tx, other, now)).unsubscribed_at is None


async def test_the_log_names_no_person(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    client = await factories.client(tx, owner, email=ANNA.email, first_name="Анна")
    await service.edit(tx, owner, client.id, now, BOT, first_name="Аня")
    await erased(tx, owner, client, now)
    entries = (await tx.scalars(select(Entry).order_by(Entry.id))).all()
    assert [entry.action for entry in entries] == ["edit", "erase"]
    assert not any("Ан" in str((each.object_name, each.changes)) for each in entries)


async def test_writing_again_takes_a_new_consent(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    client = await factories.client(tx, owner, email=ANNA.email, unsubscribed_at=now)
    await erased(tx, owner, client, now)
    back = await again(tx, owner, now)
    with pytest.raises(Invalid):
        await service.resubscribe(tx, owner, back.id, " ", BOT, KEYS, now)
    words = "по телефону 24 ноября"
    await service.resubscribe(tx, owner, back.id, words, BOT, KEYS, now)
    assert (back.unsubscribed_at, back.consent, back.consent_on) == (None, words, now.date())
    assert await tx.scalar(select(func.count()).select_from(ErasedAddress)) == 0
