"""Mail accounts under real workers: limits kept together, the next account when one fails."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from core.accounts.models import SmtpAccount
from core.bootstrap import Deps
from core.db import Sessions, clock
from core.delivery.models import Delivery
from core.jobs.models import Job
from core.mailings.models import Mailing
from tests.core.accounts.makers import row
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working
from tests.workers.test_worker import accepted, statuses, until_finished


@pytest.fixture
async def second() -> AsyncIterator[Sink]:
    """Another mail server."""
    sink = Sink()
    await sink.start()
    yield sink
    sink.stop()


async def add(sessions: Sessions, sink: Sink, **fields: Any) -> int:
    async with sessions.begin() as tx:
        server: dict[str, Any] = {"host": "127.0.0.1", "port": sink.port, "security": "none"}
        return (await row(tx, **server | {"name": "second"} | fields)).id


async def held_because(sessions: Sessions, made: Mailing) -> str | None:
    async with sessions() as tx:
        return (await tx.get_one(Mailing, made.id)).held_because


async def by_account(sessions: Sessions) -> dict[str, int]:
    async with sessions() as tx:
        counted = select(Delivery.account, func.count().label("n")).where(Delivery.status == "sent")
        return {row.account: row.n for row in await tx.execute(counted.group_by(Delivery.account))}


async def test_two_workers_never_exceed_a_daily_limit_and_the_card_says_why_they_wait(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink
) -> None:
    await add(sessions, sink, per_day=70)
    first, second = await accepted(sessions, 60), await accepted(sessions, 60)

    async def both_held() -> bool:
        return {await held_because(sessions, made) for made in (first, second)} >= {"limit"} and (
            len(sink.accepted) == 70
        )

    async with working(make_deps(smtp_host=None), make_deps(smtp_host=None)):
        await until(both_held)
        await asyncio.sleep(0.5)
    assert len(sink.accepted) == 70
    assert await statuses(sessions) == {"sent": 70, "queued": 50}


async def test_two_workers_together_keep_a_limit_per_second(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink
) -> None:
    await add(sessions, sink, per_second=20)
    first, second = await accepted(sessions, 25), await accepted(sessions, 25)
    loop, times = asyncio.get_running_loop(), list[float]()
    sink.heard = lambda _recipient: times.append(loop.time())
    async with working(make_deps(smtp_host=None), make_deps(smtp_host=None)):
        await until_finished(sessions, first)
        await until_finished(sessions, second)
    assert len(times) == 50
    for began in times:
        # Some of the next second may fall together with these on a busy machine; each worker with
        # the limit for itself would make it 40.
        assert len([at for at in times if began <= at < began + 1]) <= 30


async def test_when_a_server_is_away_the_next_account_sends(
    sessions: Sessions, deps: Deps, sink: Sink, second: Sink
) -> None:
    sink.stop()
    await add(sessions, second)
    made = await accepted(sessions, 20)
    async with working(deps):
        await until_finished(sessions, made)
    assert len(second.accepted) == 20
    assert await by_account(sessions) == {"second": 20}
    assert await held_because(sessions, made) is None


async def test_when_an_account_has_sent_all_it_may_the_next_goes_on(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink, second: Sink
) -> None:
    await add(sessions, sink, name="first", priority=1, per_hour=15)
    await add(sessions, second, priority=2)
    made = await accepted(sessions, 40)
    async with working(make_deps(smtp_host=None)):
        await until_finished(sessions, made)
    assert await by_account(sessions) == {"first": 15, "second": 25}


async def test_refused_by_all_the_mailing_is_held_and_goes_on_when_one_works(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink
) -> None:
    # A password is not sent in clear: to the worker as good as refused.
    accounts = [
        await add(sessions, sink, password="secret", name=name) for name in ("first", "second")
    ]
    made = await accepted(sessions, 5)

    async def held() -> bool:
        return await held_because(sessions, made) == "auth"

    async with working(make_deps(smtp_host=None)):
        await until(held)
        assert await statuses(sessions) == {"queued": 5}
        async with sessions.begin() as tx:
            states = list(await tx.scalars(select(SmtpAccount.problem)))
            assert states == ["auth", "auth"]
            mended = SmtpAccount.id == accounts[1]
            values = {"username": None, "password": None, "problem": None}
            await tx.execute(
                update(SmtpAccount).where(mended).values(**values, backing_off_until=None)
            )
            await tx.execute(update(Job).values(due_at=await clock(tx)))
        await until_finished(sessions, made)
    assert await by_account(sessions) == {"second": 5}
    assert await held_because(sessions, made) is None


async def test_an_account_that_recovered_has_its_failures_forgotten(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 3)
    past = {"problem": "connect", "failures": 4}
    account = await add(sessions, sink, priority=-1)
    async with sessions.begin() as tx:
        until_now = await clock(tx) - timedelta(seconds=1)
        await tx.execute(
            update(SmtpAccount)
            .where(SmtpAccount.id == account)
            .values(**past, backing_off_until=until_now)
        )
    async with working(deps):
        await until_finished(sessions, made)
    async with sessions() as tx:
        found = await tx.get_one(SmtpAccount, account)
    assert (found.failures, found.problem, found.backing_off_until) == (0, None, None)


async def test_an_owners_server_in_our_network_is_never_reached_and_nothing_stands_in_for_it(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 3)
    async with sessions.begin() as tx:
        fields: dict[str, Any] = {"owner_id": made.owner_id, "from_confirmed_at": await clock(tx)}
        server: dict[str, Any] = {"host": "127.0.0.1", "port": sink.port, "security": "none"}
        await row(tx, **server, **fields)

    async def held() -> bool:
        return await held_because(sessions, made) == "unreachable"

    async with working(deps):
        await until(held)
    assert not sink.accepted
    assert await statuses(sessions) == {"queued": 3}
