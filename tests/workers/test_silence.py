"""A mail server that takes a letter and does not answer, for as long as it may."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.accounts import connections
from core.accounts.models import AccountLease
from core.bootstrap import Deps
from core.clients.models import Client
from core.db import Sessions
from core.delivery.models import Run
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working
from tests.workers.test_accounts import add
from tests.workers.test_worker import accepted, claimed, freeze, statuses, unfreeze, until_finished
from workers import lingering, sending


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SLICE", 0.2)
    monkeypatch.setattr(lingering, "LOOK", 0.1)
    monkeypatch.setattr(connections, "EXTEND_EVERY", 0.05)


async def silenced(sessions: Sessions, sink: Sink, clients: int | None) -> asyncio.Event:
    """So many are not answered before the event."""
    answer = asyncio.Event()
    async with sessions() as tx:
        emails = await tx.scalars(select(Client.email).order_by(Client.id).limit(clients))
    sink.silent = dict.fromkeys(emails, answer)
    return answer


async def test_a_run_goes_on_beside_a_letter_without_an_answer_which_is_waited_for(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 250)
    answer = await silenced(sessions, sink, 1)
    sink.delay = 0.05

    async def all_but_one() -> bool:
        return await statuses(sessions) == {"sent": 249, "queued": 1}

    async with working(deps):
        await until(all_but_one)
        answer.set()
        await until_finished(sessions, made)
    assert await statuses(sessions) == {"sent": 250}
    assert set(sink.times.values()) == {1}


async def test_a_server_that_answers_nobody_is_given_no_more_than_one_letter_a_connection(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 120)
    answer = await silenced(sessions, sink, None)

    async def all_wait() -> bool:
        return sink.begun >= 20

    async with working(deps):
        await until(all_wait)
        await asyncio.sleep(0.5)
        assert sink.begun == 20
        answer.set()
        await until_finished(sessions, made)
    assert set(sink.times.values()) == {1}


async def test_a_freeze_keeps_nobody_but_the_letter_without_an_answer(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 250)
    answer = await silenced(sessions, sink, 1)
    sink.delay = 0.05

    async def only_one_left() -> bool:
        return await claimed(sessions) == 1

    async with working(deps):
        await until(lambda: _more_than(sink, 30))
        await freeze(sessions, made)
        await until(only_one_left)
        assert len(sink.accepted) < 240
        answer.set()
        await unfreeze(sessions, made)
        await until_finished(sessions, made)
    assert set(sink.times.values()) == {1}


async def leases(sessions: Sessions) -> list[int]:
    """Connections of each share that holds some."""
    async with sessions() as tx:
        held = select(AccountLease.connections).where(AccountLease.connections > 0)
        return list(await tx.scalars(held))


async def test_a_silent_connection_counts_among_its_accounts_until_it_is_gone(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink
) -> None:
    await add(sessions, sink, connections=8)
    first, second = await accepted(sessions, 80), await accepted(sessions, 80)
    answer = await silenced(sessions, sink, 1)
    sink.delay = 0.02

    async def only_one_left() -> bool:
        others_are_sent = await statuses(sessions) == {"sent": 159, "queued": 1}
        return others_are_sent and 1 in await leases(sessions)

    async with working(make_deps(smtp_host=None)):
        await until(only_one_left)
        answer.set()
        await until_finished(sessions, first)
        await until_finished(sessions, second)
    assert sink.most <= 8
    assert await leases(sessions) == []


async def test_a_share_that_may_yet_claim_keeps_its_connections(
    sessions: Sessions,
    make_deps: Callable[..., Deps],
    sink: Sink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "SLICE", 20)
    await add(sessions, sink, connections=8)
    made = await accepted(sessions, 300)
    answer = await silenced(sessions, sink, 1)
    sink.delay = 0.02

    async def one_is_on_its_way() -> bool:
        return sink.begun - len(sink.accepted) == 1

    async with working(make_deps(smtp_host=None)):
        await until(lambda: _more_than(sink, 30))
        async with sessions.begin() as tx:
            await tx.execute(select(Run).with_for_update())  # no claim is made meanwhile
            await until(one_is_on_its_way)
            await asyncio.sleep(1)  # it is looked at several times
            assert await leases(sessions) == [8]
        await until(lambda: _more_than(sink, 250))
        answer.set()
        await until_finished(sessions, made)
    assert sink.most <= 8


async def _more_than(sink: Sink, mails: int) -> bool:
    return sink.begun > mails
