"""Grants: shared exactly, whoever takes them and however many at once."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts import grants, rules
from core.accounts.rules import Account, Limits
from core.db import Sessions, Transaction, clock
from tests.core.accounts.makers import row, smtp_account

TO_ANNA = "example.com"


async def taken(sessions: Sessions, account: Account, wanted: int) -> int:
    async with sessions.begin() as tx:
        now = await clock(tx)
        size = (await grants.room(tx, account, wanted, now)).size
        await grants.spend(tx, account, [TO_ANNA] * size, now)
    return size


@pytest.mark.parametrize("limit", ["per_hour", "per_day"])
async def test_workers_at_once_are_given_the_limit_and_not_one_more(
    sessions: Sessions, limit: str
) -> None:
    account = await smtp_account(sessions, **{limit: 100})
    given_out = await asyncio.gather(*(taken(sessions, account, 7) for _ in range(20)))
    assert sum(given_out) == 100


async def test_in_any_second_workers_are_given_no_more_than_the_limit(sessions: Sessions) -> None:
    account = await smtp_account(sessions, per_second=40)
    times: list[tuple[datetime, int]] = []

    async def worker() -> None:
        for _ in range(60):
            async with sessions.begin() as tx:
                now = await clock(tx)
                room = await grants.room(tx, account, 400, now)
                await grants.spend(tx, account, [TO_ANNA] * room.size, now)
            times.append((now, room.size))
            await asyncio.sleep(0.02)

    await asyncio.gather(worker(), worker())
    for began, _ in times:
        within = [size for at, size in times if began <= at < began + timedelta(seconds=1)]
        assert sum(within) <= 40
    assert sum(size for _, size in times) > 40


@given(st.integers(1, 5000))
def test_the_pace_of_batches_keeps_any_second_within_the_limit(per_second: int) -> None:
    size = rules.batch(per_second)
    begun_in_a_second = ceil(timedelta(seconds=1) / (size * rules.gap(per_second)))
    assert begun_in_a_second * size <= per_second
    assert begun_in_a_second * size >= 0.8 * per_second


async def test_what_was_not_used_is_given_out_again(tx: Transaction, now: datetime) -> None:
    account = Account("a", (await row(tx)).id, Limits(per_hour=10))
    await grants.spend(tx, account, [TO_ANNA] * 10, now)
    assert (await grants.room(tx, account, 5, now)).size == 0
    await grants.give_back(tx, account, [TO_ANNA] * 3, now, now)
    assert (await grants.room(tx, account, 5, now)).size == 3


async def test_what_the_last_hour_gave_out_is_not_given_back_to_this_one(
    tx: Transaction, now: datetime
) -> None:
    account, before = (
        Account("a", (await row(tx)).id, Limits(per_hour=10)),
        now - timedelta(minutes=1),
    )
    await grants.spend(tx, account, [TO_ANNA] * 10, before)
    await grants.spend(tx, account, [TO_ANNA] * 10, now)
    await grants.give_back(tx, account, [TO_ANNA] * 4, before, now)
    assert (await grants.room(tx, account, 5, now)).size == 0


async def test_a_full_hour_says_when_the_next_begins(tx: Transaction, now: datetime) -> None:
    account = Account("a", (await row(tx)).id, Limits(per_hour=2, per_day=100))
    await grants.spend(tx, account, [TO_ANNA] * 2, now)
    full = await grants.room(tx, account, 5, now)
    assert (full.size, full.again_at) == (0, now + timedelta(hours=1))
    assert (await grants.room(tx, account, 5, now + timedelta(hours=1))).size == 2


async def test_each_domain_has_room_of_its_own(tx: Transaction, now: datetime) -> None:
    domains = {"a.example": Limits(per_hour=2), "*": Limits(per_day=5)}
    account = Account("a", (await row(tx)).id, domains=domains)
    await grants.spend(tx, account, ["a.example", "b.example", "b.example"], now)
    wanted = Counter({"a.example": 9, "b.example": 9, "c.example": 9})
    rooms = await grants.room_by_domain(tx, account, wanted, now)
    assert {domain: room.size for domain, room in rooms.items()} == {
        "a.example": 1,
        "b.example": 3,
        "c.example": 5,
    }


@dataclass
class Used:
    hour: datetime
    hour_used: int
    day: datetime
    day_used: int
    free_at: datetime


def test_a_warm_up_raises_the_ceiling_day_by_day_and_ends(now: datetime) -> None:
    began = now.date()
    account = Account("a", 1, Limits(per_day=1000), warm_up=(50, 200, 5000), warm_up_from=began)
    ceilings = [account.limits("", now + timedelta(days=day)).per_day for day in range(4)]
    assert ceilings == [50, 200, 1000, 1000]


def test_room_is_what_the_tightest_limit_leaves(now: datetime) -> None:
    hour, day = rules.hour_of(now), rules.day_of(now)
    use = Used(hour, 8, day, 95, now)
    assert rules.room(Limits(per_hour=10, per_day=100), use, 50, now).size == 2
    assert rules.room(Limits(per_hour=20, per_day=100), use, 50, now).size == 5
    assert rules.room(Limits(per_second=100), use, 50, now).size == 10
    assert rules.room(Limits(), use, 50, now).size == 50


def test_hours_and_days_are_those_of_utc() -> None:
    late = datetime(2026, 12, 2, 1, 30, tzinfo=UTC).astimezone()
    assert rules.hour_of(late) == datetime(2026, 12, 2, 1, tzinfo=UTC)
    assert rules.day_of(late) == datetime(2026, 12, 2, tzinfo=UTC)


async def test_counts_of_days_gone_by_are_dropped(tx: Transaction, now: datetime) -> None:
    account = Account("a", (await row(tx)).id, Limits(per_hour=10), {"*": Limits(per_day=5)})
    await grants.spend(tx, account, ["a.example", "b.example"], now - timedelta(days=4))
    await grants.spend(tx, account, ["b.example"], now)
    await tx.flush()
    assert await grants.forget_old(tx, now) == 1
    rooms = await grants.room_by_domain(tx, account, Counter({"b.example": 9}), now)
    assert rooms["b.example"].size == 4
