"""The judge finds each thing that it is there to find, in a record broken for it."""

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import psutil
import pytest
from sqlalchemy import text

from core.db import Transaction
from core.delivery.models import Delivery, Run
from core.mailings.models import Mailing
from core.scheduling.models import Schedule
from tests import factories
from tests.chaos import judge, reading, rounds, waiting, watching, world
from tests.chaos.load import Expected, Launches
from tests.chaos.oracle import Oracle
from tests.chaos.people import Freeze
from tests.chaos.plan import ALONE
from tests.chaos.stage import Stage
from tests.factories import NOW

RECIPIENTS = 3


class Record:
    """A mailing that went out to three clients as it should, until somebody breaks it."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.expected = Expected()
        self.launches = Launches(owner=0, messages=[], recipients=0)
        self.freezes: list[Freeze] = []
        self.seen = judge.Seen(Counter(), {}, doubt=0)

    async def make(self) -> "Record":
        self.owner = await factories.user(self.tx)
        self.message = await factories.message(self.tx, self.owner)
        self.mailing = await self.mailed()
        self.run = await self.ran(self.mailing)
        self.expected.add(self.mailing.id, [NOW], RECIPIENTS)
        for client in range(1, RECIPIENTS + 1):
            await self.row(client)
        mails = Counter({(self.run.id, client): 1 for client in range(1, RECIPIENTS + 1)})
        self.seen = judge.Seen(mails, dict.fromkeys(mails, (10.0,)), doubt=0)
        return self

    async def mailed(self) -> Mailing:
        made = Mailing(
            owner_id=self.owner.id,
            message_id=self.message.id,
            status="finished",
            accepted_at=NOW,
            finished_at=NOW,
        )
        self.tx.add(made)
        await self.tx.flush()
        return made

    async def ran(self, mailing: Mailing, no: int = 1, **fields: Any) -> Run:
        usual = {"status": "finished", "due_at": NOW, "created_at": NOW, "finished_at": NOW}
        made = Run(
            mailing_id=mailing.id, no=no, version_id=self.message.version_id, **usual | fields
        )
        self.tx.add(made)
        await self.tx.flush()
        return made

    async def row(self, client: int, status: str = "sent", **fields: Any) -> None:
        self.tx.add(
            Delivery(
                run_id=self.run.id,
                client_id=client,
                email=f"client{client}@chaos.example",
                values={},
                version_id=self.message.version_id,
                status=status,
                due_at=NOW,
                **fields,
            )
        )
        await self.tx.flush()

    async def becomes(self, status: str, client: int = 1, reason: str | None = None) -> None:
        await self.tx.execute(
            text(
                "UPDATE deliveries SET status = :status, reason = :reason, claim = 'a.1',"
                " again = :status = 'deferred' WHERE run_id = :run AND client_id = :client"
            ),
            {"status": status, "reason": reason, "run": self.run.id, "client": client},
        )

    def unseen(self, client: int = 1) -> None:
        """The mail server has no such mail."""
        mails = Counter(self.seen.mails)
        del mails[self.run.id, client]
        self.seen = replace(self.seen, mails=mails)

    async def judged(self) -> judge.Verdict:
        return await judge.judge(self.tx, self.expected, self.launches, self.freezes, self.seen)


@pytest.fixture
async def record(tx: Transaction) -> Record:
    return await Record(tx).make()


async def test_a_whole_record_is_good(record: Record) -> None:
    verdict = await record.judged()
    assert verdict.good, verdict
    assert (verdict.runs_due, verdict.runs_created, verdict.recipients) == (1, 1, RECIPIENTS)


async def test_a_date_without_a_run_is_found(record: Record) -> None:
    record.expected.dates[record.mailing.id].append(NOW + timedelta(hours=1))
    verdict = await record.judged()
    assert (verdict.runs_due, verdict.runs_created, verdict.good) == (2, 1, False)


async def test_a_date_that_passed_before_the_run_of_the_one_before_is_none_left_out(
    record: Record,
) -> None:
    passed, after = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    record.expected.dates[record.mailing.id] = [NOW, passed, after]
    await record.ran(record.mailing, no=2, due_at=after, skipped_because="overlap")
    record.run.created_at = passed
    await record.tx.flush()
    verdict = await record.judged()
    assert (verdict.runs_merged, verdict.good) == (1, True)
    record.run.created_at = passed - timedelta(seconds=1)
    await record.tx.flush()
    verdict = await record.judged()
    assert (verdict.runs_merged, verdict.good) == (0, False)


async def test_a_date_with_two_runs_is_found(record: Record) -> None:
    await record.ran(record.mailing, no=2, skipped_because="overlap")
    verdict = await record.judged()
    assert (verdict.runs_twice, verdict.good) == (1, False)


async def test_a_run_of_no_date_is_found(record: Record) -> None:
    due = NOW + timedelta(hours=1)
    await record.ran(record.mailing, no=2, due_at=due, skipped_because="overlap")
    verdict = await record.judged()
    assert (verdict.runs_twice, verdict.good) == (1, False)


async def test_a_recipient_without_a_row_is_lost(record: Record) -> None:
    await record.tx.execute(text("DELETE FROM deliveries WHERE client_id = 1"))
    verdict = await record.judged()
    assert (verdict.lost, verdict.good) == (1, False)


async def test_a_mail_that_was_said_to_be_sent_and_was_not_is_lost(record: Record) -> None:
    record.unseen()
    verdict = await record.judged()
    assert (verdict.lost, verdict.good) == (1, False)


@pytest.mark.parametrize("status", ["queued", "sending", "deferred"])
async def test_a_row_that_waits_for_ever_is_lost(record: Record, status: str) -> None:
    await record.becomes(status)
    record.unseen()
    verdict = await record.judged()
    assert (verdict.lost, verdict.good) == (1, False)


async def test_two_mails_to_one_recipient_are_found(record: Record) -> None:
    record.seen.mails[record.run.id, 1] += 1
    verdict = await record.judged()
    assert (verdict.duplicated, verdict.good) == (1, False)


@pytest.mark.parametrize("status", ["failed", "skipped", "queued"])
async def test_a_mail_whose_row_says_there_was_none_is_found(record: Record, status: str) -> None:
    await record.becomes(status, reason="unsubscribed")
    verdict = await record.judged()
    assert (verdict.duplicated, verdict.good) == (1, False)


async def test_a_mail_to_nobody_we_know_is_found(record: Record) -> None:
    record.seen.mails[record.run.id, 99] += 1
    verdict = await record.judged()
    assert (verdict.duplicated, verdict.good) == (1, False)


async def test_doubt_is_allowed_for_what_faults_left_and_no_further(record: Record) -> None:
    await record.becomes("uncertain", reason="no_answer")
    record.seen = replace(record.seen, doubt=1)
    verdict = await record.judged()
    assert (verdict.uncertain, verdict.uncertain_beyond, verdict.good) == (1, 0, True)
    record.seen = replace(record.seen, doubt=0)
    verdict = await record.judged()
    assert (verdict.uncertain_beyond, verdict.good) == (1, False)


@pytest.mark.parametrize("status", ["uncertain", "failed"])
async def test_a_row_that_does_not_say_why_is_found(record: Record, status: str) -> None:
    await record.becomes(status)
    record.unseen()
    record.seen = replace(record.seen, doubt=1)
    verdict = await record.judged()
    assert (verdict.unexplained, verdict.good) == (1, False)


def frozen(record: Record, since: float, **fields: Any) -> Freeze:
    return Freeze(record.mailing.id, {record.run.id}, since, until=20.0, midway=True, **fields)


async def test_a_mail_begun_after_a_freeze_is_found(record: Record) -> None:
    record.freezes = [frozen(record, since=9.0)]
    verdict = await record.judged()
    assert (verdict.after_freeze, verdict.good) == (RECIPIENTS, False)


async def test_a_mail_begun_before_or_in_doubt_at_a_freeze_is_none_after_it(
    record: Record,
) -> None:
    record.freezes = [frozen(record, since=11.0)]
    assert (await record.judged()).after_freeze == 0
    record.freezes = [frozen(record, since=9.0, doubted=set(record.seen.mails))]
    assert (await record.judged()).after_freeze == 0


async def test_a_mailing_that_is_not_finished_is_found(record: Record) -> None:
    record.mailing.status, record.mailing.finished_at = "active", None
    await record.tx.flush()
    verdict = await record.judged()
    assert (verdict.unfinished, verdict.good) == (1, False)


@pytest.mark.parametrize("status", ["queued", "sending", "deferred"])
async def test_a_finished_run_with_an_open_row_is_found(record: Record, status: str) -> None:
    assert await judge.finished_early(record.tx) == 0
    await record.becomes(status)
    assert await judge.finished_early(record.tx) == 1


async def test_a_finished_run_with_an_open_claim_is_found(record: Record) -> None:
    await claimed(record)
    assert await judge.finished_early(record.tx) == 1


async def test_a_lease_that_nobody_looks_after_is_found(record: Record) -> None:
    assert await judge.overdue(record.tx) == 0
    await claimed(record, seconds=-60)
    assert 59 < await judge.overdue(record.tx) < 70


async def claimed(record: Record, seconds: float = 0) -> None:
    await record.tx.execute(
        text(
            "INSERT INTO claims (name, run_id, first_id, last_id, open, lease_until)"
            " VALUES ('a.1', :run, 1, 1, 1, clock_timestamp() + make_interval(secs => :seconds))"
        ),
        {"run": record.run.id, "seconds": seconds},
    )


class Two:
    """A stage with two workers, of which it is known who is in trouble."""

    def __init__(self, *troubled: str) -> None:
        self.troubled = dict.fromkeys(troubled, 1)
        self.processes = dict.fromkeys(ALONE, self)
        self.pid = os.getpid()

    async def able(self) -> tuple[float, float]:
        able = watching.Able(cast(Stage, self))
        able.seconds()
        await asyncio.sleep(0.05)
        return able.seconds()


async def test_a_lease_over_for_long_is_found_if_somebody_was_there_to_see_it() -> None:
    own, wall = await Two().able()
    assert 0 < own <= wall
    assert (await Two("worker-1").able())[1] > 0
    seen = watching.Observed()
    seen.lease(60, 31, 40)
    assert (seen.recovery_s, seen.recovery_wall_s) == (30, 39)
    assert seen.recovery_s > world.RECOVERY


@pytest.mark.parametrize("troubled", [("postgres",), ("journal",), ("worker-1", "worker-2")])
async def test_a_lease_that_nobody_could_see_is_none_of_theirs(troubled: tuple[str, ...]) -> None:
    seen = watching.Observed()
    seen.lease(60, *await Two(*troubled).able())
    assert seen.recovery_s == 0


async def test_a_child_that_stays_without_its_parent_is_found() -> None:
    stays, leaves = (psutil.Popen(["sleep", seconds]) for seconds in ("60", "0"))
    try:
        assert await waiting.gone([stays, leaves], 0.3) == [stays]
    finally:
        stays.kill()


def test_time_without_a_core_is_not_ones_own() -> None:
    in_line = iter([5.0, 35.0])
    time = waiting.OwnTime(0, lambda _: next(in_line))
    assert -31 < time.passed < -29 < 0 <= time.by_the_wall
    assert waiting.in_line(os.getpid()) >= 0


def test_a_worker_that_does_not_listen_is_found() -> None:
    assert watching.lacking([4, 4]) == 0
    assert watching.lacking([4, 3]) == 1
    assert watching.lacking([5, 3]) == 1  # one too many elsewhere makes up for nothing


def test_worlds_are_added_up_and_a_bad_one_is_named() -> None:
    one = {"seed": 7, "lost": 0, "recovery_s": 2.0, "good": True, "classes": {"kill": 3}}
    other = {"seed": 8, "lost": 1, "recovery_s": 1.0, "good": False, "classes": {"smtp": 2}}
    assert rounds.total([one, other]) == {
        "seed": [7, 8],
        "lost": 1,
        "recovery_s": 2.0,
        "good": False,
        "classes": {"kill": 3, "smtp": 2},
        "bad": [8],
    }
    assert rounds.shares(10, 3) == [4, 3, 3]


async def test_open_work_is_seen(record: Record) -> None:
    assert await judge.open_work(record.tx) == 0
    await claimed(record)
    assert await judge.open_work(record.tx) == 1


async def launched(record: Record, times: int) -> None:
    """Mailings that were launched in the chat, with what the chat promised."""
    owner = record.owner
    record.launches = Launches(owner.id, [record.message.id], RECIPIENTS)
    for mailing in [record.mailing, *[await record.mailed() for _ in range(times - 1)]]:
        record.tx.add(
            Schedule(
                object_type="mailings",
                object_id=mailing.id,
                task="workers.tasks.send_mailing",
                kwargs={},
                recurrence={},
                start_at=NOW,
                timezone="UTC",
                paused=False,
                done=1,
                missed="run_once",
                overlap="skip",
                created_at=NOW,
            )
        )
    await record.tx.flush()


async def test_a_launch_that_was_tapped_and_shown_is_good(record: Record) -> None:
    await launched(record, 1)
    record.launches.tapped = record.launches.shown = {record.message.id}
    verdict = await record.judged()
    assert (verdict.launched, verdict.good) == (1, True)


async def test_one_tap_that_launched_twice_is_found(record: Record) -> None:
    await launched(record, 2)
    record.launches.tapped = {record.message.id}
    verdict = await record.judged()
    assert (verdict.launched_twice, verdict.good) == (1, False)


async def test_a_launch_that_was_shown_and_is_not_there_is_found(record: Record) -> None:
    await launched(record, 1)
    record.launches.tapped = record.launches.shown = {record.message.id, 10**9}
    verdict = await record.judged()
    assert (verdict.launched_twice, verdict.good) == (1, False)


async def test_a_launch_that_nobody_tapped_is_found(record: Record) -> None:
    await launched(record, 1)
    verdict = await record.judged()
    assert (verdict.launched_twice, verdict.good) == (1, False)


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "  + Exception Group Traceback (most recent call last):",
        '{"event": "Task exception was never retrieved\\nfuture: <Task>"}',
        "RuntimeWarning: coroutine 'f' was never awaited",
        "Exception ignored in: <function f>",
        "--- Logging error ---",
        '{"event": "Task was destroyed but it is pending!"}',
    ],
)
def test_an_error_that_nobody_caught_is_found(line: str) -> None:
    told = '{"event": "job failed", "exception": "Traceback (most recent call last):\\n"}'
    assert list(reading.unlogged([told, line])) == [line]


@pytest.mark.parametrize("line", ["password=hidden word", "to client7@chaos.example"])
def test_a_secret_in_a_log_is_found(line: str) -> None:
    fine = "to c***@chaos.example by center@mail.example"
    assert list(reading.secrets([fine, line], ["hidden word"])) == [line]


def test_the_oracle_counts_what_is_on_disk(tmp_path: Path) -> None:
    oracle = Oracle(tmp_path / "mails.log")
    mails: Sequence[tuple[int, int]] = [(1, 2), (1, 3), (1, 2)]
    oracle.write(list(mails))
    assert Oracle(tmp_path / "mails.log").read() == Counter({(1, 2): 2, (1, 3): 1})
