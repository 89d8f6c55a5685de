"""Several workers on one run at the same time."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from core.bootstrap import Deps
from core.db import Sessions, clock
from core.delivery import shares
from core.delivery.models import OpenClaim
from core.jobs import workers
from core.jobs.models import Job
from tests.core.delivery.makers import started
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working
from tests.workers.test_worker import (
    accepted,
    freeze,
    nothing_claimed,
    statuses,
    unfreeze,
    until_finished,
)


async def seen(sessions: Sessions, *pids: int) -> None:
    """Processes that are there, as far as the others know."""
    async with sessions.begin() as tx:
        for pid in pids:
            await workers.beat(tx, "here", pid, ["mail.bulk"], await clock(tx))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "WORTH", 50)


async def test_workers_send_one_run_at_the_same_time_and_nobody_gets_it_twice(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink
) -> None:
    await seen(sessions, 1, 2)
    made = await accepted(sessions, 600)
    sink.delay = 0.1
    most = 0

    async def at_once() -> bool:
        nonlocal most
        async with sessions() as tx:
            running = select(func.count()).where(Job.status == "running", Job.key.like("run:%"))
            busy = (await tx.execute(running)).scalar_one()
            claims = (await tx.execute(select(func.count()).select_from(OpenClaim))).scalar_one()
        most = max(most, min(busy, claims))
        return most >= 2

    async with working(make_deps(), make_deps()):
        await until(at_once)
        await freeze(sessions, made)
        await until(lambda: nothing_claimed(sessions))
        assert set(await statuses(sessions)) <= {"sent", "queued"}
        sink.delay = 0
        await unfreeze(sessions, made)
        await until_finished(sessions, made)
    assert len(sink.times) == 600
    assert set(sink.times.values()) == {1}


async def test_a_run_calls_as_many_as_there_are_and_as_what_waits_is_worth(
    sessions: Sessions,
) -> None:
    await seen(sessions, 1, 2, 3)
    async with sessions.begin() as tx:
        now = await clock(tx)
        small, large = await started(tx, now, 60), await started(tx, now, 300)
        assert await shares.call_others(tx, small.id, now) == 0
        assert await shares.call_others(tx, large.id, now) == 2
        keys = select(Job.key).where(Job.key.like(f"run:{large.id}:send:%"))
        assert sorted(filter(None, await tx.scalars(keys))) == [
            f"run:{large.id}:send:{n}" for n in (1, 2)
        ]
