"""Whole mailings through real workers: everybody once, whatever happens on the way."""

import asyncio
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import func, select, update
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from core.bootstrap import Deps
from core.clients.models import Client
from core.db import Sessions, clock
from core.delivery import service as delivery
from core.delivery.models import Delivery, OpenClaim, Run
from core.jobs.models import Job
from core.jobs.queries import KICK_AGAIN
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.users.models import User
from tests.core.delivery.makers import mailing
from tests.core.mail.sink import Sink
from tests.workers.conftest import until, working


async def accepted(sessions: Sessions, clients: int) -> Mailing:
    async with sessions.begin() as tx:
        return await mailing(tx, await clock(tx), clients)


async def until_finished(sessions: Sessions, made: Mailing) -> Run:
    """The mailing's run, once it is over."""
    found: list[Run] = []

    async def finished() -> bool:
        async with sessions() as tx:
            of_it = select(Run).where(Run.mailing_id == made.id, Run.status == "finished")
            found.extend(await tx.scalars(of_it))
        return bool(found)

    await until(finished)
    return found[0]


async def statuses(sessions: Sessions) -> dict[str, int]:
    async with sessions() as tx:
        counted = select(Delivery.status, func.count().label("n")).group_by(Delivery.status)
        return {row.status: row.n for row in await tx.execute(counted)}


async def claimed(sessions: Sessions) -> int:
    async with sessions() as tx:
        return int(await tx.scalar(select(func.coalesce(func.sum(OpenClaim.open), 0))) or 0)


async def nothing_claimed(sessions: Sessions) -> bool:
    return not await claimed(sessions)


async def owner_of(sessions: Sessions, made: Mailing) -> User:
    async with sessions() as tx:
        return await tx.get_one(User, made.owner_id)


async def freeze(sessions: Sessions, made: Mailing) -> None:
    owner = await owner_of(sessions, made)
    async with sessions.begin() as tx:
        await mailings.freeze(tx, owner, made.id, await clock(tx))


async def unfreeze(sessions: Sessions, made: Mailing) -> None:
    owner = await owner_of(sessions, made)
    async with sessions.begin() as tx:
        await mailings.unfreeze(tx, owner, made.id, await clock(tx))


async def test_a_due_mailing_is_sent_to_everybody_once_and_finished(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 50)
    async with working(deps):
        run = await until_finished(sessions, made)
    assert len(sink.times) == 50
    assert set(sink.times.values()) == {1}
    async with sessions() as tx:
        row = (await tx.scalars(select(Delivery).where(Delivery.run_id == run.id).limit(1))).one()
        assert (row.status, row.smtp_code, row.attempt) == ("sent", 250, 1)
        assert (await tx.get_one(Mailing, made.id)).status == "finished"


async def test_what_is_logged_of_a_job_names_it_and_its_run(sessions: Sessions, deps: Deps) -> None:
    made = await accepted(sessions, 1)
    with capture_logs([merge_contextvars]) as lines:
        async with working(deps):
            run = await until_finished(sessions, made)
    [line] = [line for line in lines if line["event"] == "share sent"]
    async with sessions() as tx:
        key = delivery.send_key(run.id)
        assert line["job"] == await tx.scalar(select(Job.id).where(Job.key == key))
    assert line["run"] == run.id


async def test_the_mail_names_its_recipient_and_how_to_leave(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 1)
    async with working(deps):
        run = await until_finished(sessions, made)
    mail = message_from_bytes(sink.accepted[0][1], policy=default)
    assert mail["Subject"] == "Скидки до воскресенья"
    assert mail["Message-ID"].startswith(f"<r{run.id}.c")
    assert "/u/" in mail["List-Unsubscribe"]
    body = mail.get_body(("plain",))
    assert body
    assert "Здравствуйте, Иван!" in body.get_content()


async def test_two_workers_share_a_run_and_nobody_gets_it_twice(
    sessions: Sessions, make_deps: Callable[..., Deps], sink: Sink
) -> None:
    made = await accepted(sessions, 300)
    async with working(make_deps(), make_deps()):
        await until_finished(sessions, made)
    assert len(sink.times) == 300
    assert set(sink.times.values()) == {1}


async def test_a_freeze_stops_at_the_next_mail_and_unfreezing_sends_the_rest(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 200)
    sink.delay = 0.02
    begun = asyncio.Event()
    sink.heard = lambda _recipient: begun.set() if len(sink.accepted) > 20 else None
    async with working(deps):
        await begun.wait()
        await freeze(sessions, made)
        await asyncio.sleep(0.5)
        stopped = len(sink.accepted)
        assert stopped < 100
        assert await statuses(sessions) == {"sent": stopped, "queued": 200 - stopped}
        await asyncio.sleep(0.5)
        assert len(sink.accepted) == stopped
        sink.delay = 0
        await unfreeze(sessions, made)
        await until_finished(sessions, made)
    assert len(sink.times) == 200
    assert set(sink.times.values()) == {1}


async def test_a_freeze_that_was_not_heard_of_holds_for_what_was_claimed_too(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 200)
    sink.delay = 0.5
    begun = asyncio.Event()
    sink.heard = lambda _recipient: begun.set()
    async with working(deps):
        await begun.wait()
        async with sessions.begin() as tx:  # as while the connection for notices is lost
            row = await tx.get_one(Mailing, made.id)
            row.status, row.frozen_at = "frozen", await clock(tx)
        await asyncio.sleep(2)
        stopped = len(sink.accepted)
        assert stopped < 90
        assert await statuses(sessions) == {"sent": stopped, "queued": 200 - stopped}


async def test_finishing_midway_skips_the_rest(sessions: Sessions, deps: Deps, sink: Sink) -> None:
    made = await accepted(sessions, 200)
    sink.delay = 0.02
    begun = asyncio.Event()
    sink.heard = lambda _recipient: begun.set()
    owner = await owner_of(sessions, made)
    async with working(deps):
        await begun.wait()
        async with sessions.begin() as tx:
            await mailings.finish(tx, owner, made.id, await clock(tx))
        await until_finished(sessions, made)
    counted = await statuses(sessions)
    assert counted["sent"] == len(sink.accepted) < 200
    assert counted["skipped"] == 200 - counted["sent"]


async def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 3)
    async with sessions() as tx:
        first, second, third = await tx.scalars(select(Client.email).order_by(Client.id))

    async def all_settled() -> bool:
        async with sessions() as tx:
            busy = await tx.scalar(select(func.count()).where(Job.status == "running"))
        return not busy and await statuses(sessions) == {"deferred": 1, "failed": 1, "sent": 1}

    sink.refusals = {first: ["450 4.2.1 greylisted"], second: ["550 5.1.1 nobody"] * 9}
    async with working(deps):
        await until(all_settled)
        async with sessions.begin() as tx:  # five minutes later
            now = await clock(tx)
            await tx.execute(update(Delivery).where(Delivery.email == first).values(due_at=now))
            await tx.execute(update(Job).where(Job.status == "queued").values(due_at=now))
        await until_finished(sessions, made)
    assert sink.times == {first: 1, third: 1}


async def test_who_unsubscribes_after_the_list_was_made_gets_nothing(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 80)
    sink.delay = 0.05
    begun = asyncio.Event()
    sink.heard = lambda _recipient: begun.set()
    async with working(deps):
        await begun.wait()
        await freeze(sessions, made)
        await asyncio.sleep(0.5)
        async with sessions.begin() as tx:
            left = select(Delivery.client_id).where(Delivery.status == "queued")
            last = (await tx.scalars(left.order_by(Delivery.client_id.desc()).limit(1))).one()
            client = await tx.get_one(Client, last)
            client.unsubscribed_at = await clock(tx)
        await unfreeze(sessions, made)
        await until_finished(sessions, made)
    assert client.email not in sink.times
    assert await statuses(sessions) == {"sent": 79, "skipped": 1}


async def test_a_server_that_is_away_holds_the_mailing_until_it_is_back(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    sink.stop()
    made = await accepted(sessions, 5)

    async def held() -> bool:
        async with sessions() as tx:
            why = (await tx.get_one(Mailing, made.id)).held_because
        return (why or "").startswith("unreachable")

    async with working(deps):
        await until(held)
        assert await statuses(sessions) == {"queued": 5}
        await sink.start()
        async with sessions.begin() as tx:
            await tx.execute(update(Job).values(due_at=await clock(tx)))
        await until_finished(sessions, made)
    assert len(sink.times) == 5
    async with sessions() as tx:
        assert (await tx.get_one(Mailing, made.id)).held_because is None


async def test_a_stop_finishes_what_is_on_the_wire_and_gives_the_rest_back(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 200)
    sink.delay = 0.05
    begun = asyncio.Event()
    sink.heard = lambda _recipient: begun.set()
    loop = asyncio.get_running_loop()
    async with working(deps) as stop:
        await begun.wait()
        stop.set()
        asked = loop.time()
    assert loop.time() - asked < 5
    counted = await statuses(sessions)
    assert counted == {"sent": len(sink.accepted), "queued": 200 - len(sink.accepted)}
    sink.delay = 0
    async with working(deps):
        await until_finished(sessions, made)
    assert set(sink.times.values()) == {1}


async def test_with_debug_mails_are_printed_and_nothing_is_sent(
    sessions: Sessions,
    make_deps: Callable[..., Deps],
    sink: Sink,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = await accepted(sessions, 1)
    async with working(make_deps(debug=True)):
        await until_finished(sessions, made)
    assert not sink.accepted
    printed = capsys.readouterr().out
    assert "Subject: Скидки до воскресенья" in printed
    assert "Здравствуйте, Иван!" in printed
    async with sessions() as tx:
        assert (await tx.scalars(select(Delivery.account))).one() == "debug"


async def test_messages_lost_with_the_queue_are_kicked_again(
    sessions: Sessions, deps: Deps, sink: Sink
) -> None:
    made = await accepted(sessions, 3)
    async with sessions.begin() as tx:
        now = await clock(tx)
        await delivery.start_due(tx, now)
        # A worker kicked it into its own queue and was killed: nobody has the message.
        await tx.execute(update(Job).values(kicked_at=now - KICK_AGAIN))
    async with working(deps):
        await until_finished(sessions, made)
    assert len(sink.times) == 3
