"""A letter to look at goes to its owner alone and leaves no trace in the ledger."""

from sqlalchemy import func, select

from core.bootstrap import Deps
from core.clients.models import Client
from core.db import Sessions, clock
from core.delivery import sample
from core.delivery.models import Delivery
from core.jobs.models import Job
from core.mail.readable import readable
from tests import factories
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working


async def test_a_sample_reaches_its_owner_once(sessions: Sessions, deps: Deps, sink: Sink) -> None:
    async with sessions.begin() as tx:
        user = await factories.user(tx)
        oleg = await factories.client(tx, user, first_name="Олег")
        await factories.client(tx, user, first_name="Яна")  # the newest is not among those meant
        message = await factories.message(tx, user)
        now = await clock(tx)
        for _tap in range(2):
            await sample.request(tx, user, message.id, now, Client.id == oleg.id)

    async def done() -> bool:
        async with sessions() as tx:
            return (await tx.scalars(select(Job.status))).all() == ["done"]

    async with working(deps):
        await until(done)
    [(recipient, letter)] = sink.accepted
    assert recipient == user.email
    assert "Здравствуйте, Олег!" in readable(letter)
    async with sessions() as tx:
        assert await tx.scalar(select(func.count()).select_from(Delivery)) == 0
