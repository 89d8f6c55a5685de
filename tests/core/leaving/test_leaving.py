"""An account stands still, can be taken back, and is erased: nobody is named, the counts stay."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.clients.erasing import digest
from core.clients.models import Client, ErasedAddress
from core.db import Sessions, Transaction
from core.delivery import service as delivery
from core.delivery.models import Delivery, Run
from core.delivery.outcomes import Settled
from core.errors import Conflict, Forbidden
from core.leaving import service
from core.leaving.erase import erase_due, theirs
from core.mailings import blocking
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.messages.models import MessageVersion
from core.suppressions.models import Suppression
from core.users import administration, photo
from core.users.models import TelegramAccount, User
from tests import factories
from tests.core.delivery import makers

WEEK = timedelta(days=7)
KEYS = [b"k" * 32]


async def sent_to_three(tx: Transaction, now: datetime) -> tuple[User, Run]:
    """An owner with a chat, a photo and a run of which two were sent."""
    run = await makers.started(tx, now)
    mailing = await tx.get_one(Mailing, run.mailing_id)
    owner = await tx.get_one(User, mailing.owner_id)
    tx.add(TelegramAccount(telegram_id=7, user_id=owner.id, created_at=now, name="Анна"))
    await photo.put(tx, owner, b"photo", now)
    claim = await delivery.take(tx, run.id, 2, now)
    settled = [
        Settled(row.client_id, row.claim, "sent", 250, None, f"<{row.email}> taken")
        for row in claim.rows
    ]
    await delivery.settle(tx, run.id, "any", settled, now)
    return owner, run


async def test_mailings_are_frozen_at_once_and_nothing_new_begins(
    tx: Transaction, now: datetime
) -> None:
    mailing = await makers.mailing(tx, now)
    owner = await tx.get_one(User, mailing.owner_id)
    await service.ask(tx, owner, now, WEEK)
    await tx.refresh(mailing)
    assert mailing.status == "frozen"
    assert owner.delete_at == now + WEEK
    with pytest.raises(Forbidden) as refused:
        await mailings.unfreeze(tx, owner, mailing.id, now)
    assert refused.value.text == blocking.LEAVING
    assert not await erase_due(tx, KEYS, now + WEEK - timedelta(seconds=1))


async def test_it_can_be_taken_back(tx: Transaction, now: datetime) -> None:
    mailing = await makers.mailing(tx, now)
    owner = await tx.get_one(User, mailing.owner_id)
    await service.ask(tx, owner, now, WEEK)
    await service.take_back(tx, owner, now)
    assert owner.delete_at is None
    await mailings.unfreeze(tx, owner, mailing.id, now)
    assert not await erase_due(tx, KEYS, now + 2 * WEEK)


async def test_the_only_administrator_stays(tx: Transaction, now: datetime) -> None:
    admin = await factories.user(tx, is_admin=True)
    with pytest.raises(Conflict) as refused:
        await service.ask(tx, admin, now, WEEK)
    assert refused.value.text == administration.LAST


async def test_an_erased_account_names_nobody_and_keeps_its_counts(
    tx: Transaction, now: datetime
) -> None:
    owner, run = await sent_to_three(tx, now)
    other = await factories.client(tx, await factories.user(tx))
    await service.ask(tx, owner, now, WEEK)
    later = now + WEEK
    assert await erase_due(tx, KEYS, later)  # the mailing is finished
    await delivery.take(tx, run.id, 10, later)
    assert await delivery.finish_if_done(tx, run.id, later)
    assert await erase_due(tx, KEYS, later)
    assert not await erase_due(tx, KEYS, later)
    run_id, owner_id, other_id = run.id, owner.id, other.id
    tx.expire_all()
    rows = (await tx.scalars(select(Delivery).where(Delivery.run_id == run_id))).all()
    assert sorted(row.status for row in rows) == ["sent", "sent", "skipped"]
    assert {(row.email, row.smtp_text, str(row.values)) for row in rows} == {("—", None, "{}")}
    assert {row.smtp_code for row in rows} == {250, None}
    user = await tx.get_one(User, owner_id)
    assert (user.name, user.phone, user.email_confirmed_at) == ("—", "", None)
    assert user.blocked_at
    assert (await tx.scalars(select(Client.id))).all() == [other_id]
    assert await tx.get(TelegramAccount, 7) is None
    subjects = await tx.scalars(select(MessageVersion.subject))
    assert set(subjects) == {"—"}


async def test_no_table_keeps_a_row_of_an_erased_account(tx: Transaction, now: datetime) -> None:
    owner, run = await sent_to_three(tx, now)
    await service.ask(tx, owner, now, timedelta())
    await erase_due(tx, KEYS, now)
    await delivery.take(tx, run.id, 10, now)
    await delivery.finish_if_done(tx, run.id, now)
    await erase_due(tx, KEYS, now)
    for table, column in theirs():
        left = select(func.count()).select_from(table).where(table.c[column] == owner.id)
        assert not await tx.scalar(left), table.name
    assert {"clients", "letters", "smtp_accounts", "user_photos"} <= {t.name for t, _ in theirs()}


async def test_letters_on_their_way_are_waited_for(sessions: Sessions, now: datetime) -> None:
    async with sessions.begin() as tx:
        owner, run = await sent_to_three(tx, now)
        assert (await delivery.take(tx, run.id, 1, now)).rows  # in a worker's hands
        await service.ask(tx, owner, now, timedelta())
    async with sessions.begin() as tx:
        assert await erase_due(tx, KEYS, now)
        assert not await erase_due(tx, KEYS, now)
        assert (await tx.get_one(User, owner.id)).erased_at is None


async def test_of_who_must_not_be_written_to_a_hash_is_kept(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    await factories.client(tx, owner, email="Gone@example.com", unsubscribed_at=now)
    await factories.client(tx, owner, email="fine@example.com")
    tx.add(
        Suppression(
            owner_id=owner.id, email="angry@example.com", reason="complaint", created_at=now
        )
    )
    await service.ask(tx, owner, now, timedelta())
    assert await erase_due(tx, KEYS, now)
    kept = (await tx.scalars(select(ErasedAddress))).all()
    assert {row.digest for row in kept} == {
        digest(owner.id, email, KEYS[0]) for email in ("gone@example.com", "angry@example.com")
    }
