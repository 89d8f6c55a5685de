"""From a due date to settled rows, step by step."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.clients.models import Client
from core.db import Sessions, Transaction
from core.delivery import fill, service
from core.delivery.models import Delivery, Run
from core.delivery.service import Settled
from core.jobs.models import Job
from core.mailings import ledger
from core.mailings.models import Mailing
from core.messages.models import Message
from core.suppressions.service import hold_off
from core.users.models import User
from tests import factories
from tests.core.delivery.makers import mailing, started

MINUTE = timedelta(minutes=1)


async def rows(tx: Transaction, run: Run) -> list[Delivery]:
    run_rows = select(Delivery).where(Delivery.run_id == run.id).order_by(Delivery.client_id)
    return list(await tx.scalars(run_rows.execution_options(populate_existing=True)))


async def statuses(tx: Transaction, run: Run) -> list[str]:
    return [row.status for row in await rows(tx, run)]


async def test_a_due_mailing_becomes_a_run_with_a_row_for_each_recipient(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now)
    assert run.status == "sending"
    assert await statuses(tx, run) == ["queued"] * 3
    assert (await rows(tx, run))[0].values["first_name"] == "Иван"


async def test_a_due_mailing_is_started_once_by_two_loops(
    sessions: Sessions, now: datetime
) -> None:
    async with sessions.begin() as tx:
        for _ in range(20):
            await mailing(tx, now, clients=1)

    async def loop() -> int:
        async with sessions.begin() as tx:
            return await service.start_due(tx, now)

    assert sum(await asyncio.gather(*(loop() for _ in range(5)))) == 20
    async with sessions() as tx:
        assert await tx.scalar(select(func.count()).select_from(Run)) == 20
        assert await tx.scalar(select(func.count()).select_from(Job)) == 20


async def test_a_date_that_comes_while_a_run_is_open_is_noted_as_skipped(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now)
    assert await service.start_runs(tx, {run.mailing_id: now}, now) == []
    second = (await tx.scalars(select(Run).where(Run.no == 2))).one()
    assert (second.status, second.skipped_because) == ("finished", "overlap")


async def test_recipients_are_written_in_slices(
    tx: Transaction, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fill, "SLICE", 2)
    made = await mailing(tx, now, clients=5)
    await service.start_due(tx, now)
    run = (await tx.scalars(select(Run).where(Run.mailing_id == made.id))).one()
    assert [await service.fill_slice(tx, run.id, now) for _ in range(4)] == [
        *(True, True, False, False)
    ]
    assert len(await rows(tx, run)) == 5


async def test_only_chosen_clients_who_may_be_written_to_get_a_row(
    tx: Transaction, now: datetime
) -> None:
    owner = await factories.user(tx)
    clients = [await factories.client(tx, owner) for _ in range(4)]
    clients[1].active, clients[2].unsubscribed_at = False, now
    made = await mailing(tx, now, 2, owner, chosen=[each.id for each in clients])
    await service.start_due(tx, now)
    run = (await tx.scalars(select(Run).where(Run.mailing_id == made.id))).one()
    await service.fill_slice(tx, run.id, now)
    assert [row.client_id for row in await rows(tx, run)] == [clients[0].id, clients[3].id]


async def test_a_run_without_recipients_and_its_mailing_are_finished_at_once(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, clients=0)
    await tx.refresh(run)
    assert run.status == "finished"
    assert (await tx.get_one(Mailing, run.mailing_id, populate_existing=True)).status == "finished"


async def test_two_claims_never_share_a_row(sessions: Sessions, now: datetime) -> None:
    async with sessions.begin() as tx:
        run = await started(tx, now, clients=40)

    async def claim() -> list[int]:
        async with sessions.begin() as tx:
            return [row.client_id for row in (await service.take(tx, run.id, 10, now)).rows]

    taken = [
        each for claimed in await asyncio.gather(*(claim() for _ in range(6))) for each in claimed
    ]
    assert len(taken) == len(set(taken)) == 40


async def test_who_unsubscribes_or_is_switched_off_before_the_claim_is_skipped(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now)
    first, second, third = await rows(tx, run)
    (await tx.get_one(Client, first.client_id)).unsubscribed_at = now
    (await tx.get_one(Client, second.client_id)).active = False
    await tx.flush()
    claim = await service.take(tx, run.id, 10, now)
    assert [row.client_id for row in claim.rows] == [third.client_id]
    assert [(row.status, row.reason) for row in await rows(tx, run)] == [
        ("skipped", "unsubscribed"),
        ("skipped", "client_inactive"),
        ("queued", None),
    ]


@pytest.mark.parametrize("of", ["owner", "everybody", "another"])
async def test_an_address_that_is_held_off_is_skipped(
    tx: Transaction, now: datetime, of: str
) -> None:
    run = await started(tx, now)
    held, *_ = await rows(tx, run)
    owner = (await tx.get_one(Client, held.client_id)).owner_id
    another = (await factories.user(tx)).id
    whose = {"owner": owner, "everybody": None, "another": another}[of]
    await hold_off(tx, held.email.upper(), "by_hand", now, owner_id=whose)
    claim = await service.take(tx, run.id, 10, now)
    [first, *others] = await rows(tx, run)
    skipped = ("skipped", "suppressed") if of != "another" else ("queued", None)
    assert (first.status, first.reason) == skipped
    claimed = others if of != "another" else [first, *others]
    assert [row.client_id for row in claim.rows] == [row.client_id for row in claimed]


async def test_a_frozen_mailing_gives_nothing_out(tx: Transaction, now: datetime) -> None:
    run = await started(tx, now)
    made = await tx.get_one(Mailing, run.mailing_id)
    made.status, made.frozen_at = "frozen", now
    await tx.flush()
    assert (await service.take(tx, run.id, 10, now)).frozen
    assert await statuses(tx, run) == ["queued"] * 3


async def test_a_finished_mailing_and_an_inactive_message_skip_what_is_left(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now)
    made = await tx.get_one(Mailing, run.mailing_id)
    (await tx.get_one(Message, made.message_id)).active = False
    await tx.flush()
    assert (await service.take(tx, run.id, 1, now)).skipped == 1
    made.status, made.finished_at = "finished", now
    await tx.flush()
    assert (await service.take(tx, run.id, 10, now)).skipped == 2
    reasons = [row.reason for row in await rows(tx, run)]
    assert sorted(filter(None, reasons)) == [
        *("mailing_finished", "mailing_finished", "message_inactive")
    ]


async def test_outcomes_are_written_with_the_servers_words(tx: Transaction, now: datetime) -> None:
    run = await started(tx, now)
    claim = await service.take(tx, run.id, 10, now)
    ids = [row.client_id for row in claim.rows]
    outcomes = [
        Settled(ids[0], claim.rows[0].claim, "sent", 250, "2.0.0", "Ok: queued as 1"),
        Settled(ids[1], claim.rows[0].claim, "deferred", 450, "4.2.0", "later", MINUTE),
        Settled(ids[2], claim.rows[0].claim, "failed", 550, "5.1.1", "no such user"),
    ]
    await service.settle(tx, run.id, "a@example.org", outcomes, now)
    sent, deferred, failed = sorted(await rows(tx, run), key=lambda row: ids.index(row.client_id))
    assert (sent.status, sent.smtp_code, sent.smtp_text) == ("sent", 250, "Ok: queued as 1")
    assert (deferred.status, deferred.due_at) == ("deferred", now + MINUTE)
    assert (failed.status, failed.enhanced, failed.account) == ("failed", "5.1.1", "a@example.org")
    assert not await service.finish_if_done(tx, run.id, now)
    assert not (await service.take(tx, run.id, 10, now)).rows
    again = await service.take(tx, run.id, 10, now + MINUTE)
    assert [(row.client_id, row.attempt) for row in again.rows] == [(ids[1], 2)]


async def test_what_was_not_handed_over_goes_back_and_costs_no_attempt(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, clients=1)
    claim = await service.take(tx, run.id, 1, now)
    back = [Settled(claim.rows[0].client_id, claim.rows[0].claim, "queued")]
    await service.settle(tx, run.id, "a", back, now)
    assert (await service.take(tx, run.id, 1, now)).rows[0].attempt == 1


async def test_rows_of_a_killed_worker_become_uncertain_and_are_never_sent_again(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now)
    await service.take(tx, run.id, 2, now)
    later = now + MINUTE
    assert await service.expire(tx, later) == {run.id}
    assert sorted(await statuses(tx, run)) == ["queued", "uncertain", "uncertain"]
    assert len((await service.take(tx, run.id, 10, later)).rows) == 1


async def test_an_extended_claim_does_not_expire(tx: Transaction, now: datetime) -> None:
    run = await started(tx, now)
    claim = await service.take(tx, run.id, 10, now)
    assert await service.extend(tx, [claim.rows[0].claim], now + MINUTE / 3)
    assert await service.expire(tx, now + MINUTE / 2 + MINUTE / 10) == set()


async def test_a_claim_that_has_expired_is_not_extended(tx: Transaction, now: datetime) -> None:
    run = await started(tx, now)
    lost = (await service.take(tx, run.id, 1, now)).rows[0].claim
    await service.expire(tx, now + MINUTE)
    held = (await service.take(tx, run.id, 1, now + MINUTE)).rows[0].claim
    assert not await service.extend(tx, [lost, held], now + MINUTE)


async def test_an_answer_read_after_the_lease_ran_out_is_the_truth(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, clients=1)
    claim = await service.take(tx, run.id, 1, now)
    await service.expire(tx, now + MINUTE)
    assert await service.finish_if_done(tx, run.id, now)
    client = claim.rows[0].client_id
    late = Settled(client, claim.rows[0].claim, "deferred", 450, None, "later", MINUTE)
    await service.settle(tx, run.id, "a", [late], now)
    [row] = await rows(tx, run)
    assert (row.status, row.smtp_code, row.again) == ("failed", 450, False)  # it stays finished


async def test_a_letter_that_was_accepted_after_the_lease_ran_out_was_sent(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, clients=1)
    [row] = (await service.take(tx, run.id, 1, now)).rows
    await service.expire(tx, now + MINUTE)
    assert await service.finish_if_done(tx, run.id, now)
    await service.settle(tx, run.id, "a", [Settled(row.client_id, row.claim, "sent", 250)], now)
    assert await statuses(tx, run) == ["sent"]


async def test_what_a_slow_worker_gives_back_after_its_lease_is_in_no_doubt(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, clients=2)
    first, second = [(await service.take(tx, run.id, 1, now)).rows[0] for _ in range(2)]
    await service.expire(tx, now + MINUTE)
    await service.settle(tx, run.id, "a", [Settled(first.client_id, first.claim, "queued")], now)
    assert sorted(await statuses(tx, run)) == ["queued", "uncertain"]
    again = (await service.take(tx, run.id, 1, now)).rows[0]
    assert (again.client_id, again.attempt) == (first.client_id, 1)
    await service.settle(tx, run.id, "a", [Settled(again.client_id, again.claim, "sent", 250)], now)
    assert await service.finish_if_done(tx, run.id, now)
    await service.settle(tx, run.id, "a", [Settled(second.client_id, second.claim, "queued")], now)
    row = next(row for row in await rows(tx, run) if row.client_id == second.client_id)
    assert (row.status, row.reason) == ("failed", "not_handed_over")


async def test_an_outcome_of_another_attempt_changes_nothing(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, clients=1)
    claim = await service.take(tx, run.id, 1, now)
    await service.settle(tx, run.id, "a", [Settled(claim.rows[0].client_id, "other", "sent")], now)
    assert await statuses(tx, run) == ["queued"]


async def test_the_last_row_finishes_the_run_and_a_mailing_without_further_dates(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, clients=1)
    claim = await service.take(tx, run.id, 1, now)
    assert not await service.finish_if_done(tx, run.id, now)
    sent = [Settled(claim.rows[0].client_id, claim.rows[0].claim, "sent", 250)]
    await service.settle(tx, run.id, "a", sent, now)
    assert await service.finish_if_done(tx, run.id, now)
    assert (await tx.get_one(Mailing, run.mailing_id, populate_existing=True)).status == "finished"


async def test_a_claim_out_of_turn_has_only_its_own_of_the_rows_between(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now, clients=5)
    first = (await service.take(tx, run.id, 2, now)).rows
    given_back = [Settled(row.client_id, row.claim, "queued") for row in first]
    await service.settle(tx, run.id, "a", given_back, now)
    again = await service.take(tx, run.id, 1, now)
    assert [row.client_id for row in again.rows] == [first[0].client_id]
    late = now + MINUTE
    assert len((await service.take(tx, run.id, 1, now)).rows) == 1
    rest = (await service.take(tx, run.id, 10, late)).rows
    await service.expire(tx, late)
    assert await statuses(tx, run) == ["uncertain", "uncertain", "queued", "queued", "queued"]
    assert [row.attempt for row in await rows(tx, run)] == [1, 1, 0, 0, 0]
    sent = [Settled(row.client_id, row.claim, "sent", 250) for row in rest]
    await service.settle(tx, run.id, "a", sent, late)
    assert await statuses(tx, run) == ["uncertain", "uncertain", "sent", "sent", "sent"]
    assert [row.attempt for row in await rows(tx, run)] == [1] * 5


async def test_what_is_on_its_way_keeps_the_words_it_was_made_of(
    tx: Transaction, now: datetime
) -> None:
    run = await started(tx, now)
    mailing = await tx.get_one(Mailing, run.mailing_id)
    owner = await tx.get_one(User, mailing.owner_id)
    other = (await factories.message(tx, owner)).version_id
    assert other is not None
    was = run.version_id
    [claimed] = (await service.take(tx, run.id, 1, now)).rows
    await ledger.reword(tx, mailing.id, other)
    assert [row.version_id for row in await rows(tx, run)] == [was, other, other]
    back = [Settled(claimed.client_id, claimed.claim, "queued")]
    await service.settle(tx, run.id, "a", back, now)
    await ledger.reword(tx, mailing.id, other)
    assert {row.version_id for row in await rows(tx, run)} == {other}
