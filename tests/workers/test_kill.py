"""A worker killed with -9 in the middle: nobody gets two mails, and the doubtful are shown."""

import asyncio
import os
import sys

from sqlalchemy import func, select, update

from core.bootstrap import Deps
from core.db import Sessions
from core.delivery.models import Delivery
from core.jobs.models import Job
from tests.core.mail.sink import Sink
from tests.workers.conftest import working
from tests.workers.test_worker import accepted, until_finished


async def a_lease_later(sessions: Sessions) -> None:
    """What the dead worker's jobs held has run out; its rows are known by its journal."""
    async with sessions.begin() as tx:
        past = func.clock_timestamp()
        await tx.execute(update(Job).where(Job.status == "running").values(lease_until=past))


async def test_after_a_kill_everybody_is_accounted_for_and_nobody_is_mailed_twice(
    sessions: Sessions, database_url: str, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 400)
    sink.delay = 0.01
    midway = asyncio.Event()
    sink.heard = lambda _recipient: midway.set() if len(sink.accepted) > 100 else None
    environment = os.environ | {
        "WORKER_DATABASE": database_url,
        "WORKER_DATA": str(deps.settings.data_dir),
        "SINK_PORT": str(sink.port),
    }
    command = (sys.executable, "-m", "tests.workers.process")
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    await midway.wait()
    process.kill()
    await process.wait()
    sink.delay = 0
    await a_lease_later(sessions)
    async with working(deps):
        await until_finished(sessions, made)
    assert set(sink.times.values()) == {1}
    async with sessions() as tx:
        rows = (await tx.execute(select(Delivery.email, Delivery.status))).all()
    assert len(rows) == 400
    assert {status for _, status in rows} <= {"sent", "uncertain"}
    assert {email for email, status in rows if status == "sent"} <= sink.times.keys()
    assert {email for email, _ in rows} - sink.times.keys() <= {
        email for email, status in rows if status == "uncertain"
    }
    assert sum(status == "uncertain" for _, status in rows) <= 20  # one a connection
