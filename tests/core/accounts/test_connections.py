"""An account's connections: never more in use than it allows, whoever uses them."""

from datetime import datetime, timedelta

from core.accounts import connections, rules
from core.accounts.choice import way_of
from core.accounts.crypto import Vault
from core.db import Sessions, Transaction
from tests.core.accounts.makers import row, settings_of


async def test_the_first_takes_all_and_who_waits_gets_a_fair_part(
    tx: Transaction, now: datetime
) -> None:
    account = (await row(tx)).id
    assert await connections.take(tx, account, 6, "first", now) == 6
    assert await connections.take(tx, account, 6, "second", now) == 0
    await connections.give_back(tx, account, "first")
    assert await connections.take(tx, account, 6, "first", now) == 3
    assert await connections.take(tx, account, 6, "second", now) == 3


async def test_connections_of_a_lost_worker_are_free_after_its_lease(
    tx: Transaction, now: datetime
) -> None:
    account = (await row(tx)).id
    await connections.take(tx, account, 2, "lost", now)
    soon, later = now + timedelta(seconds=29), now + timedelta(seconds=31)
    assert await connections.take(tx, account, 2, "other", soon) == 0
    assert await connections.take(tx, account, 2, "other", later) == 2


async def test_a_single_connection_goes_round(tx: Transaction, now: datetime) -> None:
    account = (await row(tx)).id
    assert await connections.take(tx, account, 1, "first", now) == 1
    assert await connections.take(tx, account, 1, "second", now) == 0
    await connections.give_back(tx, account, "first")
    assert await connections.take(tx, account, 1, "second", now) == 1


def test_those_who_send_together_never_have_more_than_there_are() -> None:
    for total in range(1, 12):
        taken: list[int] = []
        for others in range(12):
            taken.append(rules.fair_share(total, sum(taken), others))
        assert sum(taken) <= total


async def test_a_lease_ends_with_its_block_and_a_server_of_ones_own_needs_none(
    sessions: Sessions,
) -> None:
    async with sessions.begin() as tx:
        vault = Vault(settings_of())
        two, free = await row(tx, connections=2), await row(tx, name="own")
        shared, unlimited = way_of(two, vault), way_of(free, vault)
    async with (
        connections.leased(sessions, shared, "a") as mine,
        connections.leased(sessions, shared, "b") as theirs,
    ):
        assert (mine.number, theirs.number) == (2, 0)
    async with connections.leased(sessions, shared, "b") as theirs:
        assert theirs.number == 2
    async with (
        connections.leased(sessions, unlimited, "a") as first,
        connections.leased(sessions, unlimited, "b") as second,
    ):
        assert (first.number, second.number) == (20, 20)
