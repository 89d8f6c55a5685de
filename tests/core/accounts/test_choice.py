"""Which account sends: the owner's own, else the installation's in their order."""

from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from core.accounts import state
from core.accounts.choice import Blocked, choose
from core.accounts.models import SmtpAccount
from core.accounts.rules import Limits
from core.db import Transaction
from core.mail.transport import AccountProblem
from tests import factories
from tests.core.accounts.makers import row, settings_of

SETTINGS = settings_of(host_user="anna@yandex.ru", pass_user=SecretStr("an app password"))
NONE = settings_of()


async def names(tx: Transaction, now: datetime, owner: int | None = None) -> list[str]:
    return [way.account.name for way in (await choose(tx, SETTINGS, owner, now)).ready]


async def test_the_settings_account_is_a_row_with_its_providers_limits(
    tx: Transaction, now: datetime
) -> None:
    (way,) = (await choose(tx, SETTINGS, None, now)).ready
    assert way.server
    assert (way.server.host, way.server.password) == ("smtp.yandex.ru", "an app password")
    assert (way.sender, way.connections) == ("anna@yandex.ru", 2)
    assert way.account.own_limits.per_day == 500


async def test_domain_limits_that_make_no_sense_limit_nothing(
    tx: Transaction, now: datetime
) -> None:
    limits = {"A.example": {"per_hour": 5, "per_week": 1}, "b.example": {"per_day": "x"}}
    await row(tx, domain_limits=limits)
    (way,) = (await choose(tx, NONE, None, now)).ready
    assert way.account.domains == {"a.example": Limits(per_hour=5), "b.example": Limits()}


async def test_what_an_administrator_sets_on_that_row_stays(tx: Transaction, now: datetime) -> None:
    await choose(tx, SETTINGS, None, now)
    (made,) = await tx.scalars(select(SmtpAccount))
    made.per_day, made.per_hour = 200, 50
    (way,) = (await choose(tx, SETTINGS, None, now)).ready
    assert (way.account.own_limits.per_day, way.account.own_limits.per_hour) == (200, 50)


async def test_a_new_password_in_the_settings_is_tried_at_once(
    tx: Transaction, now: datetime
) -> None:
    (way,) = (await choose(tx, SETTINGS, None, now)).ready
    await state.back_off(tx, way.account.id, AccountProblem("auth", 535), now)
    assert not (await choose(tx, SETTINGS, None, now)).ready
    changed = SETTINGS.model_copy(update={"pass_user": SecretStr("another")})
    (way,) = (await choose(tx, changed, None, now)).ready
    assert way.server
    assert way.server.password == "another"


async def test_an_account_that_the_settings_name_no_more_is_not_used(
    tx: Transaction, now: datetime
) -> None:
    await choose(tx, SETTINGS, None, now)
    other = settings_of(host_user="boris@mail.ru", pass_user=SecretStr("x"))
    ready = (await choose(tx, other, None, now)).ready
    assert [way.account.name for way in ready] == ["boris@mail.ru"]
    assert await names(tx, now) == ["anna@yandex.ru"]


async def test_accounts_are_tried_in_their_order_without_those_switched_off(
    tx: Transaction, now: datetime
) -> None:
    await row(tx, name="third", priority=30)
    await row(tx, name="second", priority=20)
    await row(tx, name="off", priority=10, enabled=False)
    assert await names(tx, now) == ["anna@yandex.ru", "second", "third"]


async def test_an_owners_own_account_sends_alone_once_its_address_is_confirmed(
    tx: Transaction, now: datetime
) -> None:
    owner, other = await factories.user(tx), await factories.user(tx)
    mine = await row(tx, name="mine", owner_id=owner.id)
    assert await names(tx, now, owner.id) == ["anna@yandex.ru"]
    mine.from_confirmed_at = now
    assert await names(tx, now, owner.id) == ["mine"]
    assert await names(tx, now, other.id) == ["anna@yandex.ru"]
    (way,) = (await choose(tx, SETTINGS, owner.id, now)).ready
    assert way.guarded


async def test_a_troubled_account_is_left_alone_for_longer_and_longer(
    tx: Transaction, now: datetime
) -> None:
    await row(tx, name="second")
    (first, _) = (await choose(tx, SETTINGS, None, now)).ready
    until = await state.back_off(tx, first.account.id, AccountProblem("connect"), now)
    same = await state.back_off(tx, first.account.id, AccountProblem("connect"), now)
    assert until == same == now + timedelta(seconds=5)
    choice = await choose(tx, SETTINGS, None, now)
    assert [way.account.name for way in choice.ready] == ["second"]
    assert choice.blocked == [Blocked(until, "connect")]
    assert await names(tx, until) == ["anna@yandex.ru", "second"]
    again = await state.back_off(tx, first.account.id, AccountProblem("connect"), until)
    assert again == until + timedelta(seconds=30)
    await state.recovered(tx, first.account.id)
    assert await names(tx, now) == ["anna@yandex.ru", "second"]


async def test_without_any_account_everything_waits(tx: Transaction, now: datetime) -> None:
    choice = await choose(tx, NONE, None, now)
    assert not choice.ready
    assert choice.blocked[0].until > now


async def test_with_debug_nothing_is_sent_through_any_account(
    tx: Transaction, now: datetime
) -> None:
    owner = await factories.user(tx)
    await row(tx, name="mine", owner_id=owner.id, from_confirmed_at=now)
    (way,) = (await choose(tx, settings_of(debug=True), owner.id, now)).ready
    assert (way.account.name, way.server) == ("debug", None)


@pytest.mark.parametrize("key", ["lost", "another"])
async def test_a_password_that_no_key_opens_is_as_good_as_wrong(
    tx: Transaction, now: datetime, key: str
) -> None:
    owner = await factories.user(tx)
    await row(tx, "secret", name="mine", owner_id=owner.id, from_confirmed_at=now)
    choice = await choose(tx, settings_of(secret_key=key), owner.id, now)
    assert [each.because for each in choice.blocked] == ["auth"]
