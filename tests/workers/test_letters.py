"""Letters of the service go through the queue of their own."""

from sqlalchemy import select

from core.bootstrap import Deps
from core.db import Sessions, clock
from core.jobs.models import Job
from core.letters.models import Letter
from core.letters.requests import request
from tests import factories
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working


async def test_a_requested_letter_is_sent_and_its_job_done(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    async with sessions.begin() as tx:
        user = await factories.user(tx)
        await request(tx, user, "confirm", await clock(tx))

    async def done() -> bool:
        async with sessions() as tx:
            return await tx.scalar(select(Job.status)) == "done"

    async with working(deps):
        await until(done)
    assert sink.times == {user.email: 1}
    async with sessions() as tx:
        assert await tx.scalar(select(Letter.status)) == "sent"


async def test_a_letter_refused_for_now_is_tried_again(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    async with sessions.begin() as tx:
        user = await factories.user(tx)
        await request(tx, user, "confirm", await clock(tx))
    sink.refusals = {user.email: ["451 4.3.0 later"]}

    async def queued_again() -> bool:
        async with sessions() as tx:
            return len((await tx.scalars(select(Job.id))).all()) == 2

    async with working(deps):
        await until(queued_again)
    async with sessions() as tx:
        assert await tx.scalar(select(Letter.status)) == "deferred"
