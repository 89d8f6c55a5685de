"""The scheduler starts what is due on time, with Redis' hints or without."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, update

from core.bootstrap import Deps, build
from core.db import Sessions, clock
from core.delivery.models import Run
from core.jobs import workers
from core.scheduling.models import Schedule
from tests.core.delivery.makers import mailing
from tests.workers.conftest import REDIS, until
from workers import hints, loops
from workers.app import run_scheduler
from workers.hints import Hints, arm


@pytest.fixture
async def prefix() -> AsyncIterator[str]:
    """Keys of this test's own."""
    prefix = f"test-{uuid4().hex[:6]}"
    yield prefix
    async with Redis.from_url(REDIS) as redis:
        if keys := [key async for key in redis.scan_iter(f"{prefix}:*")]:
            await redis.delete(*keys)


async def due_in(sessions: Sessions, pause: timedelta) -> datetime:
    async with sessions.begin() as tx:
        now = await clock(tx)
        await mailing(tx, now, clients=1)
        ours = Schedule.object_type == "mailings"
        await tx.execute(update(Schedule).where(ours).values(next_at=now + pause))
    return now + pause


async def has_begun(sessions: Sessions) -> bool:
    """Whether the scheduler has said that it is there."""
    async with sessions() as tx:
        return bool(await workers.all_of(tx, await clock(tx)))


async def started_by(sessions: Sessions) -> tuple[int, int]:
    """How many dates the scheduler started by a hint, and how many by looking itself."""
    async with sessions() as tx:
        [seen] = await workers.all_of(tx, await clock(tx))
    assert seen.alive
    assert seen.queues == []
    return seen.started_by_hint, seen.started_by_sweep


async def lateness(sessions: Sessions, due_at: datetime) -> timedelta:
    started: list[datetime] = []

    async def run_is_there() -> bool:
        async with sessions() as tx:
            started.extend(await tx.scalars(select(Run.created_at)))
        return bool(started)

    await until(run_is_there)
    return started[0] - due_at


async def scheduled(deps: Deps, prefix: str, pause: timedelta) -> tuple[timedelta, int, int]:
    """How late a date was started, and by how many hints and sweeps."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(run_scheduler(deps, stop, prefix=prefix))
        await until(lambda: has_begun(deps.sessions))
        await asyncio.sleep(0.5)  # its first sweep must not know of the date
        hinted, swept = await started_by(deps.sessions)  # duties have begun
        late = await lateness(deps.sessions, await due_in(deps.sessions, pause))
        by_hint, by_sweep = await started_by(deps.sessions)
        stop.set()
    return late, by_hint - hinted, by_sweep - swept


async def test_a_date_is_kept_within_a_second_by_the_sweep_alone(
    make_deps: Callable[..., Deps], database_url: str, prefix: str
) -> None:
    away = build(make_deps().settings, database_url, "redis://127.0.0.1:1/0")
    late, by_hint, by_sweep = await scheduled(away, prefix, timedelta(seconds=2.3))
    await away.aclose()
    assert timedelta() <= late < timedelta(seconds=loops.EVERY)  # it knew how long to sleep
    assert (by_hint, by_sweep) == (0, 1)


async def test_a_date_is_kept_by_redis_hints_alone(
    deps: Deps, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "EVERY", 3600.0)
    monkeypatch.setattr(hints, "ARM_EVERY", 0.5)
    late, by_hint, by_sweep = await scheduled(deps, prefix, timedelta(seconds=3.3))
    assert timedelta() <= late < timedelta(seconds=10)
    assert (by_hint, by_sweep) == (1, 0)
    async with Redis.from_url(REDIS) as redis:
        assert [key async for key in redis.scan_iter(f"{prefix}:data:*")] == []


async def test_what_is_no_hint_of_ours_in_redis_is_passed_over(
    sessions: Sessions, prefix: str
) -> None:
    hints = Hints(REDIS, prefix)
    async with sessions() as tx:
        now = await clock(tx)
    await arm(hints, {"1:1": now, "1:2": now + timedelta(minutes=1)}, {})
    assert await hints.get_schedules()
    async with Redis.from_url(REDIS) as redis:
        async for key in redis.scan_iter(f"{prefix}:data:*"):
            await redis.set(key, b"\x80 of another version")
    assert await hints.get_schedules() == []
