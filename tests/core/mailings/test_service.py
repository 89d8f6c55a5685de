"""A mailing from its acceptance to its end."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from core.clients.models import Client
from core.db import Sessions, Transaction
from core.delivery.models import Delivery, Run
from core.delivery.start import start_due
from core.errors import Conflict, Invalid, NotFound
from core.mailings import audience, missed, queries, service
from core.mailings.models import Mailing, MailingClient
from core.messages.models import Message
from core.scheduling import queries as schedules
from core.scheduling.models import Schedule
from core.scheduling.rules import Recurrence
from core.scheduling.service import take_due
from core.users.models import User
from tests import factories

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ONCE, DAILY = Recurrence("once"), Recurrence("days")


class World:
    """An owner with a message and two clients."""

    def __init__(self, tx: Transaction, now: datetime) -> None:
        self.tx, self.now = tx, now
        self.owner: User
        self.message: Message
        self.clients: list[Client]

    async def accept(self, recurrence: Recurrence = ONCE, **changes: Any) -> Mailing:
        call: dict[str, Any] = {
            "message_id": self.message.id,
            "audience": "all",
            "client_ids": None,
            "start_at": None,
            "undo": MINUTE,
        }
        return await service.accept(
            self.tx, self.owner, recurrence=recurrence, now=self.now, **call | changes
        )

    async def schedule(self, mailing: Mailing) -> Schedule:
        found = await schedules.find(self.tx, mailing)
        assert found is not None
        return found

    async def run(self, mailing: Mailing, no: int, status: str, **counts: int) -> Run:
        """A run with so many deliveries of each status."""
        common = {"version_id": self.message.version_id, "due_at": self.now}
        run = Run(mailing_id=mailing.id, no=no, status=status, created_at=self.now, **common)
        self.tx.add(run)
        await self.tx.flush()
        people = [state for state, n in counts.items() for _ in range(n)]
        people.sort(key=lambda state: state == "queued")
        run.claimed_to = len(people) - counts.get("queued", 0)
        for number, state in enumerate(people, 1):
            sending, settled = state == "sending", state in ("sent", "failed")
            self.tx.add(
                Delivery(
                    run_id=run.id,
                    client_id=number,
                    email="a@example.org",
                    values={},
                    status=state,
                    reason="unsubscribed" if state == "skipped" else None,
                    claim="c" if sending else None,
                    settled_at=self.now if settled else None,
                    **common,
                )
            )
        await self.tx.flush()
        return run


@pytest.fixture
async def world(tx: Transaction, now: datetime) -> World:
    world = World(tx, now)
    world.owner = await factories.user(tx)
    world.message = await factories.message(tx, world.owner)
    world.clients = [await factories.client(tx, world.owner) for _ in range(2)]
    return world


async def test_accepted_now_it_starts_after_the_undo_window(world: World) -> None:
    mailing = await world.accept()
    schedule = await world.schedule(mailing)
    assert (mailing.status, schedule.next_at) == ("active", world.now + MINUTE)
    assert (schedule.task, schedule.timezone) == ("workers.tasks.send_mailing", "Europe/Moscow")
    assert await take_due(world.tx, world.now, 10) == []
    [due] = await take_due(world.tx, world.now + MINUTE, 10)
    assert (due.object_type, due.object_id) == ("mailings", mailing.id)


async def test_a_later_start_is_kept_to_the_minute(world: World) -> None:
    mailing = await world.accept(DAILY, start_at=world.now + DAY)
    assert (await world.schedule(mailing)).next_at == world.now + DAY


async def test_what_stands_against_it_is_said(world: World, now: datetime) -> None:
    stranger = await factories.user(world.tx, email_confirmed_at=None)
    foreign = await factories.message(world.tx, stranger)
    off = await factories.message(world.tx, world.owner, active=False)
    gone = await factories.client(world.tx, world.owner, unsubscribed_at=now)
    theirs = await factories.client(world.tx, stranger)
    cases: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"message_id": foreign.id}, NotFound),
        ({"message_id": off.id}, Conflict),
        ({"audience": "chosen", "client_ids": []}, Invalid),
        ({"audience": "chosen", "client_ids": [gone.id]}, Invalid),
        ({"audience": "chosen", "client_ids": [theirs.id]}, Invalid),
        ({"start_at": now - MINUTE}, Invalid),
        ({"recurrence": Recurrence("days", ends_at=now)}, Invalid),
    ]
    for changes, error in cases:
        with pytest.raises(error):
            async with world.tx.begin_nested():
                await world.accept(**changes)
    with pytest.raises(Conflict, match="confirm"):
        await service.accept(world.tx, stranger, foreign.id, "all", None, ONCE, None, now)
    assert (await world.tx.scalars(select(Mailing))).all() == []


async def test_the_chosen_are_kept_and_foreign_ids_left_out(world: World) -> None:
    theirs = await factories.client(world.tx, await factories.user(world.tx))
    mine = world.clients[0]
    mailing = await world.accept(audience="chosen", client_ids=[mine.id, theirs.id])
    assert await audience.chosen_for(world.tx, mailing) == [mine.id]


async def test_freezing_twice_is_freezing_once(world: World, now: datetime) -> None:
    mailing = await world.accept(DAILY)
    await service.freeze(world.tx, world.owner, mailing.id, now)
    await service.freeze(world.tx, world.owner, mailing.id, now + MINUTE)
    assert (mailing.status, mailing.frozen_at) == ("frozen", now)
    assert await take_due(world.tx, now + DAY, 10) == []


async def test_unfrozen_it_goes_on_with_its_next_date(world: World, now: datetime) -> None:
    mailing = await world.accept(DAILY, start_at=now + DAY)
    await service.freeze(world.tx, world.owner, mailing.id, now)
    for _ in range(2):
        await service.unfreeze(world.tx, world.owner, mailing.id, now + MINUTE)
    assert (mailing.status, mailing.frozen_at) == ("active", None)
    assert (await world.schedule(mailing)).next_at == now + DAY


@pytest.mark.parametrize(("missed", "runs"), [("run_once", 1), ("skip", 0)])
async def test_a_date_passed_while_frozen_is_sent_late_or_skipped(
    world: World, now: datetime, missed: str, runs: int
) -> None:
    mailing = await world.accept(DAILY, start_at=now + DAY)
    await service.freeze(world.tx, world.owner, mailing.id, now)
    later = now + 3 * DAY + MINUTE
    assert (await queries.card(world.tx, world.owner, mailing.id, later)).missed_at(later)
    await service.unfreeze(world.tx, world.owner, mailing.id, later, missed)
    assert len(await take_due(world.tx, later, 10)) == runs
    assert (await world.schedule(mailing)).next_at == now + 4 * DAY


@pytest.mark.parametrize(
    ("overlap", "behind", "reasons"), [("skip", False, [None, "overlap"]), ("queue", True, [None])]
)
async def test_a_date_during_the_run_before_is_left_out_or_waits(
    world: World, now: datetime, overlap: str, behind: bool, reasons: list[str | None]
) -> None:
    mailing = await world.accept(DAILY, start_at=now + DAY, overlap=overlap)
    for date in (now + DAY, now + 2 * DAY):
        await start_due(world.tx, date)
    runs = await world.tx.scalars(select(Run.skipped_because).order_by(Run.no))
    assert list(runs) == reasons
    await world.tx.refresh(await world.schedule(mailing))
    view = await queries.card(world.tx, world.owner, mailing.id, now + 2 * DAY)
    assert (view.overlap, view.behind_at) == (overlap, now + 2 * DAY if behind else None)


async def test_what_happens_to_dates_during_a_run_is_changed_and_moves_no_date(
    world: World, now: datetime
) -> None:
    mailing = await world.accept(DAILY, start_at=now + DAY)
    schedule = await world.schedule(mailing)
    assert schedule.overlap == "skip"
    for given, kept in (("queue", "queue"), (None, "queue"), ("skip", "skip")):
        await service.change(world.tx, world.owner, mailing.id, now, overlap=given)
        assert (schedule.overlap, schedule.next_at) == (kept, now + DAY)


async def test_finished_is_for_good(world: World, now: datetime) -> None:
    mailing = await world.accept(DAILY)
    for _ in range(2):
        await service.finish(world.tx, world.owner, mailing.id, now)
    assert (mailing.status, mailing.finished_at) == ("finished", now)
    assert await take_due(world.tx, now + DAY, 10) == []
    for step in (service.freeze, service.unfreeze, service.start_now, service.change):
        with pytest.raises(Conflict):
            await step(world.tx, world.owner, mailing.id, now)


async def test_nobody_touches_anothers_mailing_but_an_administrator(
    world: World, now: datetime
) -> None:
    mailing = await world.accept()
    stranger = await factories.user(world.tx)
    for step in (service.freeze, service.finish, service.cancel, service.start_now):
        with pytest.raises(NotFound):
            await step(world.tx, stranger, mailing.id, now)
    admin = await factories.user(world.tx, is_admin=True)
    await service.freeze(world.tx, admin, mailing.id, now)
    assert mailing.status == "frozen"


async def test_cancelled_in_time_it_never_was(world: World, now: datetime) -> None:
    mailing = await world.accept(audience="chosen", client_ids=[world.clients[0].id])
    await service.cancel(world.tx, world.owner, mailing.id, now)
    for table in (Mailing, Schedule, MailingClient):
        assert (await world.tx.scalars(select(table))).all() == []


async def test_once_a_run_began_it_cannot_be_cancelled(world: World, now: datetime) -> None:
    mailing = await world.accept()
    await world.run(mailing, 1, "sending", queued=1)
    with pytest.raises(Conflict, match="Too late"):
        await service.cancel(world.tx, world.owner, mailing.id, now)


@pytest.mark.parametrize(("recurrence", "next_in"), [(ONCE, None), (DAILY, DAY)])
async def test_started_at_once_it_runs_once(
    world: World, now: datetime, recurrence: Recurrence, next_in: timedelta | None
) -> None:
    mailing = await world.accept(recurrence)
    soon = now + timedelta(seconds=5)
    await service.start_now(world.tx, world.owner, mailing.id, soon)
    assert len(await take_due(world.tx, soon, 10)) == 1
    next_at = (await world.schedule(mailing)).next_at
    assert next_at == (soon + next_in if next_in else None)


async def test_a_change_of_wording_or_people_leaves_the_dates(world: World, now: datetime) -> None:
    mailing = await world.accept(DAILY, start_at=now + DAY)
    other = await factories.message(world.tx, world.owner, subject="Новинки")
    await service.change(
        world.tx,
        world.owner,
        mailing.id,
        now + MINUTE,
        message_id=other.id,
        audience="chosen",
        client_ids=[world.clients[1].id],
    )
    card = await queries.card(world.tx, world.owner, mailing.id, now)
    assert (card.subject, card.recipients.receiving, card.next_at) == ("Новинки", 1, now + DAY)


async def test_a_change_of_dates_counts_from_the_next_run(world: World, now: datetime) -> None:
    mailing = await world.accept(start_at=now + DAY)
    await service.change(world.tx, world.owner, mailing.id, now, recurrence=DAILY)
    assert (await world.schedule(mailing)).next_at == now + DAY
    await service.change(world.tx, world.owner, mailing.id, now, start_at=now + 2 * DAY)
    assert (await world.schedule(mailing)).next_at == now + 2 * DAY
    with pytest.raises(Invalid):
        await service.change(world.tx, world.owner, mailing.id, now, start_at=now - DAY)


async def test_a_new_date_answers_the_question_about_a_missed_one(
    world: World, now: datetime
) -> None:
    mailing = await world.accept(DAILY, start_at=now + DAY, missed="ask")
    later = now + 2 * DAY
    assert await take_due(world.tx, later, 10) == []
    await missed.asked(world.tx, mailing.id)
    await service.change(world.tx, world.owner, mailing.id, later, start_at=later + DAY)
    assert mailing.held_because is None
    assert len(await take_due(world.tx, later + DAY, 10)) == 1


async def test_the_card_counts_by_outcome(world: World, now: datetime) -> None:
    mailing = await world.accept(DAILY)
    await world.run(mailing, 1, "finished", sent=3, failed=1)
    await world.run(mailing, 2, "sending", sent=2, deferred=1, queued=3, sending=1, skipped=2)
    card = await queries.card(world.tx, world.owner, mailing.id, now)
    assert card.run is not None
    assert card.last is not None
    assert (card.run.no, card.run.total, card.run.settled, card.run.waiting) == (2, 7, 2, 5)
    assert (card.last.no, card.last.counts) == (1, {"sent": 3, "failed": 1})
    assert card.run.per_minute(now + MINUTE) == 2
    assert card.run.time_left(now + MINUTE) == timedelta(minutes=2.5)


async def test_frozen_is_only_said_when_nothing_is_on_its_way(world: World, now: datetime) -> None:
    mailing = await world.accept()
    run = await world.run(mailing, 1, "sending", queued=2, sending=1)
    await service.freeze(world.tx, world.owner, mailing.id, now)
    assert (await queries.card(world.tx, world.owner, mailing.id, now)).stopping
    await world.tx.execute(
        text(
            "UPDATE deliveries SET status = 'sent', claim = NULL "
            "WHERE run_id = :run AND status = 'sending'"
        ),
        {"run": run.id},
    )
    assert not (await queries.card(world.tx, world.owner, mailing.id, now)).stopping


async def test_the_list_has_the_newest_first_and_only_ones_own(world: World, now: datetime) -> None:
    first, second = await world.accept(), await world.accept(DAILY, start_at=now + DAY)
    await world.run(first, 1, "sending", queued=1)
    stranger = await factories.user(world.tx)
    page = await queries.page(world.tx, world.owner)
    assert [(line.id, line.sending) for line in page.rows] == [(second.id, False), (first.id, True)]
    assert page.rows[0].next_at == now + DAY
    assert (await queries.page(world.tx, stranger)).total == 0


async def test_a_freeze_and_a_start_at_the_same_moment_do_not_block_each_other(
    sessions: Sessions, now: datetime
) -> None:
    async with sessions.begin() as tx:
        world = World(tx, now)
        world.owner = await factories.user(tx)
        world.message = await factories.message(tx, world.owner)
        world.clients = [await factories.client(tx, world.owner)]
        mailings = [(await world.accept(DAILY)).id for _ in range(20)]

    async def start() -> None:
        async with sessions.begin() as tx:
            await start_due(tx, now + DAY)

    async def freeze(mailing_id: int) -> None:
        async with sessions.begin() as tx:
            await service.freeze(tx, world.owner, mailing_id, now)

    async with asyncio.TaskGroup() as group:
        for mailing_id in mailings:
            group.create_task(freeze(mailing_id))
        for _ in range(3):
            group.create_task(start())
    async with sessions.begin() as tx:
        assert {m.status for m in await tx.scalars(select(Mailing))} == {"frozen"}
