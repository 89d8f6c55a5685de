"""What an administrator does is done by administrators only, and written down."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from core.administration import queries, service
from core.audit.models import Entry
from core.audit.service import Actor
from core.audit.watch import by
from core.db import Transaction
from core.errors import Conflict, Forbidden, Invalid
from core.letters.models import Letter
from core.mailings.models import Mailing
from core.users.models import User
from tests import factories
from tests.core.delivery import makers

Deed = Callable[[Transaction, User, int, datetime], Awaitable[object]]

DEEDS: dict[str, Deed] = {
    "totals": lambda tx, actor, id_, now: queries.totals(tx, actor),
    "page": lambda tx, actor, id_, now: queries.page(tx, actor, "all", "", 0, 8),
    "card": lambda tx, actor, id_, now: queries.card(tx, actor, id_, now),
    "mailings": lambda tx, actor, id_, now: queries.mailings_of(tx, actor, id_, 0, 8),
    "change": lambda tx, actor, id_, now: service.change(tx, actor, id_, "name", "X", now),
    "quota": lambda tx, actor, id_, now: service.set_quota(tx, actor, id_, None, now),
    "decide": lambda tx, actor, id_, now: service.decide(tx, actor, id_, "approved", now),
    "revise": lambda tx, actor, id_, now: service.revise(tx, actor, id_, "refused", now),
    "suspend": lambda tx, actor, id_, now: service.suspend(tx, actor, id_, now),
    "lift": lambda tx, actor, id_, now: service.lift(tx, actor, id_, now),
    "delete": lambda tx, actor, id_, now: service.delete_mailing(tx, actor, id_, now),
    "invite": lambda tx, actor, id_, now: service.invite(tx, actor, now),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
async def test_nobody_but_an_administrator_may(tx: Transaction, now: datetime, deed: Deed) -> None:
    user = await factories.user(tx)
    former = await factories.user(tx, is_admin=True)
    former.is_admin = False
    suspended = await factories.user(tx, is_admin=True, blocked_at=now)
    await tx.flush()
    for actor in (user, former, suspended, User(id=user.id, is_admin=True)):
        with pytest.raises(Forbidden):
            await deed(tx, actor, user.id, now)
    assert not (await tx.scalars(select(Entry))).all()


async def test_a_field_is_changed_and_written_down(tx: Transaction, now: datetime) -> None:
    admin, user = await factories.user(tx, is_admin=True), await factories.user(tx, name="Анна")
    await service.change(tx, admin, user.id, "name", "Мария", now)
    await service.change(tx, admin, user.id, "country", "KZ", now)
    assert (user.name, user.timezone) == ("Мария", "Asia/Almaty")
    first = (await tx.scalars(select(Entry).order_by(Entry.id))).first()
    assert first
    assert (first.actor_id, first.action, first.changes) == (
        admin.id,
        "edit",
        {"name": ["Анна", "Мария"]},
    )


async def test_another_address_is_told_to_the_one_before(tx: Transaction, now: datetime) -> None:
    admin, user = await factories.user(tx, is_admin=True), await factories.user(tx)
    before = user.email
    await service.change(tx, admin, user.id, "email", "new@example.org", now)
    (letter,) = (await tx.scalars(select(Letter))).all()
    assert (letter.purpose, letter.recipient) == ("moved", before)
    assert user.email_confirmed_at
    other = await factories.user(tx)
    with pytest.raises(Conflict):
        await service.change(tx, admin, user.id, "email", other.email, now)


async def test_a_suspended_user_sends_nothing_until_it_is_lifted(
    tx: Transaction, now: datetime
) -> None:
    admin = await factories.user(tx, is_admin=True)
    mailing = await makers.mailing(tx, now)
    await service.suspend(tx, admin, mailing.owner_id, now)
    await tx.refresh(mailing)
    assert mailing.status == "frozen"
    user = await service.lift(tx, admin, mailing.owner_id, now)
    assert user.blocked_at is None
    with pytest.raises(Conflict):
        await service.suspend(tx, admin, admin.id, now)


async def test_a_deleted_mailing_is_finished_and_hidden_and_its_ledger_stays(
    tx: Transaction, now: datetime
) -> None:
    admin = await factories.user(tx, is_admin=True)
    run = await makers.started(tx, now)
    await service.delete_mailing(tx, admin, run.mailing_id, now)
    mailing = await tx.get_one(Mailing, run.mailing_id)
    assert (mailing.status, mailing.hidden_at) == ("finished", now)
    await tx.refresh(run)


async def test_users_are_found_by_parts_of_what_is_known(tx: Transaction, now: datetime) -> None:
    admin = await factories.user(tx, is_admin=True, name="Администратор")
    anna = await factories.user(tx, name="Анна Петрова", email="anna_p@example.org")
    await factories.user(tx, name="Борис", blocked_at=now)
    for searched in ("петр", "ANNA_P", "анна org", anna.phone[-6:]):
        found = await queries.page(tx, admin, "all", searched, 0, 8)
        assert [user.id for user in found.rows] == [anna.id], searched
    assert not (await queries.page(tx, admin, "all", "%", 0, 8)).rows
    assert len((await queries.page(tx, admin, "suspended", "", 0, 8)).rows) == 1
    assert (await queries.totals(tx, admin)).users == 3


async def test_a_deed_is_written_down_with_where_it_came_from(
    tx: Transaction, now: datetime
) -> None:
    admin, user = await factories.user(tx, is_admin=True), await factories.user(tx)
    await service.set_quota(tx, admin, user.id, 5, now)
    by(tx, Actor("bot", "somebody", 7))
    await service.set_quota(tx, admin, user.id, 6, now)
    told = (await tx.scalars(select(Entry).order_by(Entry.id))).all()
    assert [(each.via, each.actor_id) for each in told] == [
        ("command", admin.id),
        ("bot", admin.id),
    ]


@pytest.mark.parametrize("typed", ["", "нет", "0", "-5", "1.5", "9" * 30, "²"])
def test_a_quota_is_a_number(typed: str) -> None:
    with pytest.raises(Invalid):
        service.check_quota(typed)


def test_a_quota_may_have_spaces() -> None:
    assert service.check_quota("10 000") == 10_000
