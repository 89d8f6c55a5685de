"""An owner's quota: shared by all accounts and workers, new each day, explained."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from core.accounts import grants, quota
from core.accounts.choice import choose
from core.accounts.rules import Account, Quota
from core.db import Sessions, Transaction, clock
from core.settings import Settings
from tests import factories

TO_ANNA = "example.com"
SETTINGS = Settings(
    smtp_host="127.0.0.1",
    smtp_security="none",
    mail_from="a@b.example",
    secret_key=SecretStr("a key for tests only, long enough"),
)
PRINTING = SETTINGS.model_copy(update={"debug": True})


async def test_workers_at_once_send_what_the_quota_allows_and_not_one_more(
    sessions: Sessions,
) -> None:
    async with sessions.begin() as tx:
        owner = await factories.user(tx, daily_quota=50)
    accounts = [Account(name, quota=Quota(owner.id, 50)) for name in ("one", "other")]

    async def taken(account: Account) -> int:
        async with sessions.begin() as tx:
            now = await clock(tx)
            size = (await grants.room(tx, account, 7, now)).size
            await grants.spend(tx, account, [TO_ANNA] * size, now)
        return size

    given = await asyncio.gather(*(taken(accounts[n % 2]) for n in range(20)))
    assert sum(given) == 50


async def test_a_used_up_quota_says_so_and_begins_anew_the_next_day(
    tx: Transaction, now: datetime
) -> None:
    owner = await factories.user(tx, daily_quota=2)
    account = Account("any", quota=Quota(owner.id, 2))
    await grants.spend(tx, account, [TO_ANNA] * 2, now)
    room = await grants.room(tx, account, 1, now)
    standing = await quota.standing(tx, owner.id, now)
    assert standing
    assert (room.size, room.by_quota, room.again_at) == (0, True, standing.again_at)
    assert (standing.per_day, standing.used) == (2, 2)
    tomorrow = now + timedelta(days=1)
    assert (await grants.room(tx, account, 5, tomorrow)).size == 2


async def test_what_was_not_sent_can_be_sent_later_that_day(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx, daily_quota=10)
    account = Account("any", quota=Quota(owner.id, 10))
    await grants.spend(tx, account, [TO_ANNA] * 10, now)
    await grants.give_back(tx, account, [TO_ANNA] * 4, now, now)
    assert (await grants.room(tx, account, 10, now)).size == 4


async def test_an_owner_with_a_quota_has_it_with_every_account(
    tx: Transaction, now: datetime
) -> None:
    bound = await factories.user(tx, daily_quota=10)
    free = await factories.user(tx)
    (way,) = (await choose(tx, SETTINGS, bound.id, now)).ready
    (printed,) = (await choose(tx, PRINTING, bound.id, now)).ready
    (other,) = (await choose(tx, SETTINGS, free.id, now)).ready
    assert way.account.quota == printed.account.quota == Quota(bound.id, 10)
    assert other.account == replace(way.account, quota=None)
