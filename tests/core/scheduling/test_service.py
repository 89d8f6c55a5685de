"""Schedules of objects: made, changed, held, and taken when due."""

from datetime import datetime, timedelta

import pytest

from core.db import Sessions, Transaction, clock
from core.errors import Invalid
from core.scheduling import queries
from core.scheduling.registry import register
from core.scheduling.rules import Recurrence
from core.scheduling.service import (
    create_task_interval,
    delete_task_interval,
    pause,
    resume,
    take_due,
    update_task_interval,
)
from core.users.models import User
from tests import factories

TASK = register("tests.greet")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
async def owner(tx: Transaction) -> User:
    """Any object with an id will do; this one lives in Moscow."""
    return await factories.user(tx, timezone="Europe/Moscow")


async def test_the_first_date_is_the_start_and_the_zone_is_the_objects(
    owner: User, now: datetime
) -> None:
    schedule = await create_task_interval(owner, TASK, DAY, now + HOUR, now=now, greeting="hi")
    assert schedule.next_at == now + HOUR
    assert schedule.timezone == "Europe/Moscow"
    assert schedule.kwargs == {"greeting": "hi"}
    assert (schedule.object_type, schedule.object_id) == ("users", owner.id)


async def test_without_now_the_clock_of_the_database_counts(tx: Transaction, owner: User) -> None:
    start = await clock(tx) + HOUR
    assert (await create_task_interval(owner, TASK, HOUR, start)).next_at == start


async def test_a_start_that_is_no_due_day_leads_to_the_next_one(owner: User, now: datetime) -> None:
    fridays = Recurrence("weeks", weekdays=(4,))
    schedule = await create_task_interval(owner, TASK, fridays, now + HOUR, now=now)
    assert schedule.next_at == now + HOUR + 2 * DAY


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"task": "tests.gret"}, LookupError, "tests.gret"),
        ({"start_time": datetime(2027, 1, 1)}, Invalid, "time zone"),  # noqa: DTZ001
        ({"interval": timedelta(seconds=59)}, Invalid, "a minute"),
        ({"start_time": datetime.fromisoformat("2026-12-01T00:00Z")}, Invalid, "passed"),
        ({"timezone": "Europe/Moskau"}, Invalid, "time zone"),
        ({"greeting": {1, 2}}, TypeError, "greeting"),
        ({"greeting": (1, 2)}, TypeError, "greeting"),
        ({"greeting": float("nan")}, TypeError, "greeting"),
        ({"missed": "sometimes"}, ValueError, "sometimes"),
    ],
)
async def test_what_cannot_be_is_refused_at_the_call(
    owner: User, now: datetime, changes: dict[str, object], error: type[Exception], words: str
) -> None:
    call = {"task": TASK, "interval": DAY, "start_time": now + HOUR, "now": now} | changes
    with pytest.raises(error, match=words):
        await create_task_interval(owner, **call)  # type: ignore[arg-type]


async def test_an_object_outside_of_a_session_is_refused() -> None:
    with pytest.raises(ValueError, match="no session"):
        await delete_task_interval(User(id=1))


async def test_an_unchanged_interval_never_moves_the_next_date(
    tx: Transaction, owner: User, now: datetime
) -> None:
    schedule = await create_task_interval(owner, TASK, 7 * HOUR, now, now=now)
    [_due] = await take_due(tx, now, 10)
    later = now + 3 * HOUR
    for named in ((), ("subject",), ("interval", "start_time")):
        await update_task_interval(owner, 7 * HOUR, now, named, now=later, color="red")
        assert schedule.next_at == now + 7 * HOUR
    await update_task_interval(owner, 2 * HOUR, now + 5 * DAY, ("subject",), now=later)
    assert schedule.next_at == now + 7 * HOUR
    assert schedule.kwargs == {"color": "red"}


async def test_a_changed_interval_counts_on_from_the_same_start(
    tx: Transaction, owner: User, now: datetime
) -> None:
    schedule = await create_task_interval(owner, TASK, DAY, now, now=now)
    await take_due(tx, now, 10)
    await update_task_interval(owner, 2 * HOUR, now, ("interval",), now=now + 3 * HOUR)
    assert schedule.next_at == now + 4 * HOUR


async def test_a_changed_start_moves_the_date_and_may_not_be_past(
    owner: User, now: datetime
) -> None:
    schedule = await create_task_interval(owner, TASK, DAY, now + HOUR, now=now)
    await update_task_interval(owner, DAY, now + 3 * HOUR, ("start_time",), now=now)
    assert schedule.next_at == now + 3 * HOUR
    with pytest.raises(Invalid):
        await update_task_interval(owner, DAY, now - HOUR, ("start_time",), now=now)


async def test_due_is_taken_once_and_the_next_date_is_set(
    tx: Transaction, owner: User, now: datetime
) -> None:
    schedule = await create_task_interval(owner, TASK, DAY, now, now=now, greeting="hi")
    assert await take_due(tx, now - HOUR, 10) == []
    [due] = await take_due(tx, now, 10)
    assert (due.task, due.kwargs, due.no, due.due_at) == (TASK, {"greeting": "hi"}, 1, now)
    assert (due.object_type, due.object_id) == ("users", owner.id)
    assert schedule.next_at == now + DAY
    assert await take_due(tx, now, 10) == []


async def test_a_count_ends_it(tx: Transaction, owner: User, now: datetime) -> None:
    twice = Recurrence("days", count=2)
    schedule = await create_task_interval(owner, TASK, twice, now, now=now)
    for day in range(2):
        [due] = await take_due(tx, now + day * DAY, 10)
        assert due.no == day + 1
    assert schedule.next_at is None


async def test_three_missed_days_are_one_run_never_a_burst(
    tx: Transaction, owner: User, now: datetime
) -> None:
    schedule = await create_task_interval(owner, TASK, DAY, now, now=now)
    back = now + 3 * DAY + HOUR
    assert len(await take_due(tx, back, 10)) == 1
    assert await take_due(tx, back, 10) == []
    assert schedule.next_at == now + 4 * DAY


async def test_a_missed_date_is_skipped_if_so_wished(
    tx: Transaction, owner: User, now: datetime
) -> None:
    schedule = await create_task_interval(owner, TASK, DAY, now, missed="skip", now=now)
    [left_out] = await take_due(tx, now + 2 * HOUR, 10)
    assert left_out.missed
    assert (schedule.next_at, schedule.done) == (now + DAY, 0)
    [kept] = await take_due(tx, now + DAY + timedelta(minutes=1), 10)
    assert not kept.missed


async def test_a_missed_date_waits_for_the_owners_answer(
    tx: Transaction, owner: User, now: datetime
) -> None:
    schedule = await create_task_interval(owner, TASK, DAY, now, missed="ask", now=now)
    later = now + 2 * HOUR
    assert await take_due(tx, later, 10) == []
    assert schedule.paused
    await resume(tx, owner, later, missed="run_once")
    assert len(await take_due(tx, later, 10)) == 1


@pytest.mark.parametrize(
    ("missed", "runs", "next_day", "paused"),
    [("run_once", 1, 3, False), ("skip", 0, 3, False), ("ask", 0, 0, True)],
)
async def test_dates_passed_in_a_pause_follow_the_policy(
    tx: Transaction, owner: User, now: datetime, missed: str, runs: int, next_day: int, paused: bool
) -> None:
    schedule = await create_task_interval(owner, TASK, DAY, now, missed=missed, now=now)
    await pause(tx, owner)
    later = now + 2 * DAY + HOUR
    assert await take_due(tx, later, 10) == []
    await resume(tx, owner, later)
    assert len(await take_due(tx, later, 10)) == runs
    assert (schedule.next_at, schedule.paused) == (now + next_day * DAY, paused)


async def test_a_deleted_schedule_is_gone(tx: Transaction, owner: User, now: datetime) -> None:
    await create_task_interval(owner, TASK, DAY, now, now=now)
    await delete_task_interval(owner)
    assert await queries.find(tx, owner) is None
    assert await take_due(tx, now, 10) == []


async def test_two_takers_at_once_never_take_the_same(sessions: Sessions, now: datetime) -> None:
    async with sessions.begin() as tx:
        for _ in range(4):
            await create_task_interval(await factories.user(tx), TASK, DAY, now, now=now)
    async with sessions.begin() as one, sessions.begin() as two:
        first = await take_due(one, now, 3)
        second = await take_due(two, now, 3)
    assert (len(first), len(second)) == (3, 1)
    assert len({due.object_id for due in first + second}) == 4
    async with sessions.begin() as tx:
        assert await take_due(tx, now, 10) == []
