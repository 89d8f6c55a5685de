"""A mailing to many waits for an administrator; the first answer counts."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import Transaction
from core.delivery import service as delivery
from core.delivery.models import Run
from core.errors import Conflict, Forbidden
from core.mailings import deciding, queries, service
from core.mailings.models import Mailing
from core.messages.models import Message
from core.scheduling.recurrence import Recurrence
from core.users.models import User
from core.users.news import News
from tests import factories

ABOVE = 2
DAILY = Recurrence("days")


class Asked:
    """An owner with three clients, an administrator, and what is accepted."""

    def __init__(self, owner: User, admin: User, message: Message) -> None:
        self.owner, self.admin, self.message = owner, admin, message

    async def accept(self, tx: Transaction, now: datetime, above: int = ABOVE) -> Mailing:
        call = (self.message.id, "all", None, DAILY, None, now)
        return await service.accept(tx, self.owner, *call, approval_above=above)


@pytest.fixture
async def asked(tx: Transaction) -> Asked:
    owner = await factories.user(tx)
    admin = await factories.user(tx, is_admin=True, name="Ольга")
    for _ in range(3):
        await factories.client(tx, owner)
    return Asked(owner, admin, await factories.message(tx, owner))


async def news_of(tx: Transaction, user: User) -> list[str]:
    query = select(News.kind).where(News.user_id == user.id).order_by(News.id)
    return list(await tx.scalars(query))


async def test_more_than_the_limit_waits_and_is_asked_about(
    tx: Transaction, asked: Asked, now: datetime
) -> None:
    mailing = await asked.accept(tx, now)
    view = await queries.view(tx, mailing, now)
    assert (view.status, view.waiting, view.asked_at) == ("frozen", True, now)
    assert await news_of(tx, asked.admin) == ["approval"]
    await delivery.start_due(tx, now + timedelta(days=2))
    assert not (await tx.scalars(select(Run))).all()
    with pytest.raises(Conflict, match="waits for an administrator"):
        await service.unfreeze(tx, asked.owner, mailing.id, now)


async def test_up_to_the_limit_and_administrators_themselves_wait_for_nobody(
    tx: Transaction, asked: Asked, now: datetime
) -> None:
    assert (await asked.accept(tx, now, above=3)).status == "active"
    assert (await asked.accept(tx, now, above=0)).status == "active"
    asked.owner.is_admin = True
    assert (await asked.accept(tx, now)).status == "active"


async def test_a_yes_lets_it_go_out_and_the_owner_is_told(
    tx: Transaction, asked: Asked, now: datetime
) -> None:
    mailing = await asked.accept(tx, now)
    later = now + timedelta(hours=5)
    await deciding.approve(tx, asked.admin, mailing.id, later)
    assert (mailing.status, mailing.held_because) == ("active", None)
    assert await news_of(tx, asked.owner) == ["approved"]
    assert await delivery.start_due(tx, later) == 1
    with pytest.raises(Conflict, match="answered first") as told:
        await deciding.decline(tx, asked.admin, mailing.id, later)
    assert told.value.fields == {"name": "Ольга"}


async def test_a_no_ends_it(tx: Transaction, asked: Asked, now: datetime) -> None:
    mailing = await asked.accept(tx, now)
    await deciding.decline(tx, asked.admin, mailing.id, now)
    view = await queries.view(tx, mailing, now)
    assert (view.status, view.declined_by, view.next_at) == ("finished", "Ольга", None)
    assert await news_of(tx, asked.owner) == ["declined"]


async def test_only_administrators_decide(tx: Transaction, asked: Asked, now: datetime) -> None:
    mailing = await asked.accept(tx, now)
    with pytest.raises(Forbidden):
        await deciding.approve(tx, asked.owner, mailing.id, now)


async def test_fewer_clients_need_no_yes_any_more(
    tx: Transaction, asked: Asked, now: datetime
) -> None:
    mailing = await asked.accept(tx, now)
    one = await factories.client(tx, asked.owner)
    options = {"audience": "chosen", "client_ids": [one.id], "approval_above": ABOVE}
    await service.change(tx, asked.owner, mailing.id, now, **options)  # type: ignore[arg-type]
    assert mailing.status == "active"


@pytest.mark.parametrize("grown", ["clients", "wording"])
async def test_a_run_that_has_outgrown_its_yes_waits_before_its_first_letter(
    tx: Transaction, asked: Asked, now: datetime, grown: str
) -> None:
    mailing = await asked.accept(tx, now)
    await deciding.approve(tx, asked.admin, mailing.id, now)
    if grown == "clients":
        for _ in range(5):
            await factories.client(tx, asked.owner)
    else:
        other = await factories.message(tx, asked.owner)
        mailing.message_id = other.id
        await tx.flush()
    await delivery.start_due(tx, now)
    run = (await tx.scalars(select(Run))).one()
    assert not await delivery.fill_slice(tx, run.id, now, ABOVE)
    assert (mailing.status, mailing.held_because) == ("frozen", "approval")
    assert (await delivery.take(tx, run.id, 10, now)).frozen
    await deciding.approve(tx, asked.admin, mailing.id, now)
    assert (await delivery.take(tx, run.id, 10, now)).rows


async def test_the_same_run_next_day_needs_no_second_yes(
    tx: Transaction, asked: Asked, now: datetime
) -> None:
    mailing = await asked.accept(tx, now)
    await deciding.approve(tx, asked.admin, mailing.id, now)
    await delivery.start_due(tx, now)
    run = (await tx.scalars(select(Run))).one()
    assert not await delivery.fill_slice(tx, run.id, now, ABOVE)
    assert mailing.status == "active"
