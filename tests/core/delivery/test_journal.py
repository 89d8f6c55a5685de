"""What a killed process has left: only what was on the wire stays in doubt."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.bootstrap import build
from core.db import Sessions, Transaction, clock
from core.delivery import service
from core.delivery.journal import SLOTS, Journal, journals, left_behind
from core.delivery.models import Delivery, OpenClaim, Run
from core.delivery.outcomes import Settled
from core.delivery.recover import apply, recover
from core.settings import Settings
from core.tasks import Background
from tests.core.delivery.makers import started
from workers.app import QUEUES, run_worker
from workers.journals import opened

MINUTE = timedelta(minutes=1)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path)
    yield made
    made._taken.clear()
    made.close()


def die(journal: Journal) -> None:
    """The kernel drops the lock of a process that ends, and keeps what it wrote."""
    journal._map.close()
    journal._file.close()


async def statuses(tx: Transaction, run: Run) -> list[str]:
    query = select(Delivery.status).where(Delivery.run_id == run.id)
    return sorted(await tx.scalars(query))


async def begun(tx: Transaction, journal: Journal, now: datetime) -> Run:
    """Five claimed: two on the wire, two answered, one never handed over."""
    run = await started(tx, now, clients=5)
    claim = await service.take(tx, run.id, 5, now, journal.claim())
    for row in claim.rows[:4]:
        assert journal.hand_over(run.id, row.client_id, row.claim, "a@example.org")
    answers = (
        Settled(claim.rows[2].client_id, claim.rows[2].claim, "sent", 250, "2.0.0", "Принято"),
        Settled(claim.rows[3].client_id, claim.rows[3].claim, "deferred", 450, retry_in=MINUTE),
    )
    for answer in answers:
        journal.answered(run.id, answer)
    return run


async def test_only_what_was_on_the_wire_is_in_doubt_after_a_death(
    sessions: Sessions, tmp_path: Path
) -> None:
    journal = Journal(tmp_path)
    async with sessions.begin() as tx:
        run = await begun(tx, journal, await clock(tx))
    assert await recover(sessions, tmp_path) == 0  # it lives
    die(journal)
    assert await recover(sessions, tmp_path) == 1
    async with sessions() as tx:
        assert await statuses(tx, run) == ["deferred", "queued", "sent", "uncertain", "uncertain"]
        sent = (await tx.scalars(select(Delivery).where(Delivery.status == "sent"))).one()
        assert (sent.smtp_text, sent.account, sent.attempt) == ("Принято", "a@example.org", 1)
        queued = (await tx.scalars(select(Delivery).where(Delivery.status == "queued"))).one()
        assert (queued.attempt, queued.again) == (0, True)
        assert await tx.scalar(select(func.count()).select_from(OpenClaim)) == 0
    assert journals(tmp_path) == []


async def test_a_journal_read_after_the_lease_ran_out_takes_the_doubt_back(
    tx: Transaction, journal: Journal, now: datetime, tmp_path: Path
) -> None:
    run = await begun(tx, journal, now)
    await service.expire(tx, now + MINUTE)
    assert await statuses(tx, run) == ["uncertain"] * 5
    die(journal)
    with left_behind(journals(tmp_path)[0]) as left:
        assert left
        assert await apply(tx, left, now + MINUTE) == 1
    assert await statuses(tx, run) == ["deferred", "queued", "sent", "uncertain", "uncertain"]


async def test_in_a_finished_run_who_was_never_written_to_has_failed(
    tx: Transaction, journal: Journal, now: datetime, tmp_path: Path
) -> None:
    run = await started(tx, now, clients=1)
    await service.take(tx, run.id, 1, now, journal.claim())
    await service.expire(tx, now + MINUTE)
    assert await service.finish_if_done(tx, run.id, now + MINUTE)
    die(journal)
    with left_behind(journals(tmp_path)[0]) as left:
        assert left
        await apply(tx, left, now + MINUTE)
    assert await statuses(tx, run) == ["failed"]


async def test_in_a_finished_run_too_who_was_on_the_wire_stays_in_doubt(
    tx: Transaction, journal: Journal, now: datetime, tmp_path: Path
) -> None:
    run = await begun(tx, journal, now)
    await service.expire(tx, now + MINUTE)
    assert await service.finish_if_done(tx, run.id, now + MINUTE)
    die(journal)
    with left_behind(journals(tmp_path)[0]) as left:
        assert left
        await apply(tx, left, now + MINUTE)
    assert await statuses(tx, run) == ["failed", "failed", "sent", "uncertain", "uncertain"]
    reasons = select(Delivery.reason, Delivery.smtp_code).where(Delivery.status == "failed")
    assert set(await tx.execute(reasons)) == {("not_handed_over", None), (None, 450)}


def test_a_slot_is_free_again_once_the_ledger_knows(journal: Journal) -> None:
    for client in range(SLOTS):
        assert journal.hand_over(1, client, "c.1", "a")
    assert not journal.hand_over(1, SLOTS, "c.1", "a")
    journal.recorded(1, [Settled(0, "c.1", "sent")])
    assert journal.hand_over(1, SLOTS, "c.1", "a")
    assert journal.hand_over(1, SLOTS, "c.1", "a")  # asked twice about the same mail


def test_a_process_that_ends_in_good_order_leaves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.hand_over(1, 1, "c.1", "a")
    sent = Settled(1, "c.1", "sent", reply="x" * 5000)
    journal.answered(1, sent)
    journal.recorded(1, [sent])
    journal.close()
    assert journals(tmp_path) == []


async def test_a_claim_that_could_not_be_given_back_is_in_no_doubt_after_an_orderly_end(
    sessions: Sessions, tmp_path: Path
) -> None:
    journal = Journal(tmp_path)
    async with sessions.begin() as tx:
        now = await clock(tx)
        run = await started(tx, now, clients=3)
        await service.take(tx, run.id, 3, now, journal.claim())
    journal.close()  # the database was away: nobody could give it back
    assert await recover(sessions, tmp_path) == 3
    async with sessions() as tx:
        assert await statuses(tx, run) == ["queued"] * 3
    assert journals(tmp_path) == []


async def test_a_claim_that_is_committed_after_the_death_of_its_process_is_given_back_too(
    sessions: Sessions, tmp_path: Path
) -> None:
    journal, background = Journal(tmp_path), Background()
    async with sessions.begin() as tx:
        now = await clock(tx)
        run = await started(tx, now, clients=3)
    async with sessions.begin() as slow:
        await service.take(slow, run.id, 3, now, journal.claim())
        die(journal)
        recovering = background.start(recover(sessions, tmp_path), "recovering")
        await asyncio.sleep(0.2)
    assert await recovering == 3
    async with sessions() as tx:
        assert await statuses(tx, run) == ["queued"] * 3


async def test_a_row_claimed_again_before_the_first_outcome_is_known_to_be_written_stays_in_doubt(
    sessions: Sessions, tmp_path: Path
) -> None:
    journal = Journal(tmp_path)
    async with sessions.begin() as tx:
        now = await clock(tx)
        run = await started(tx, now, clients=1)
        [row] = (await service.take(tx, run.id, 1, now, journal.claim())).rows
        returned = Settled(row.client_id, row.claim, "queued")
        await service.settle(tx, run.id, "a", [returned], now)
        [again] = (await service.take(tx, run.id, 1, now, journal.claim())).rows
    assert journal.hand_over(run.id, again.client_id, again.claim, "a")
    journal.recorded(run.id, [returned])  # the answer to that COMMIT came late
    die(journal)
    await recover(sessions, tmp_path)
    async with sessions() as tx:
        assert await statuses(tx, run) == ["uncertain"]


CHILD = """
import sys, time
from pathlib import Path
from core.delivery.journal import Journal
journal = Journal(Path(sys.argv[1]))
journal.hand_over(7, 42, journal.claim(), "a")
print("ready", flush=True)
time.sleep(60)
"""


async def test_what_was_written_outlives_a_kill(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CHILD, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    await process.stdout.readline()
    path = journals(tmp_path)[0]
    with left_behind(path) as left:
        assert left is None  # it lives
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    with left_behind(path) as left:
        assert left
        assert [(each.run_id, each.settled.client_id) for each in left.handed] == [(7, 42)]
        assert left.handed[0].settled.status == "uncertain"


@contextmanager
def no_room(left: int = 0) -> Iterator[None]:
    """No file may grow beyond what is left, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_no_half_made_journal(tmp_path: Path) -> None:
    with no_room(), pytest.raises(OSError, match="too large"):
        Journal(tmp_path)
    assert not list(tmp_path.iterdir())


async def test_a_worker_waits_until_its_journal_can_be_made(
    sessions: Sessions, tmp_path: Path
) -> None:
    place, background = tmp_path / "journal", Background()
    place.write_text("in the way, as a full disk would be")
    waiting = background.start(opened(sessions, place, asyncio.Event()), "journal")
    await asyncio.sleep(0.1)
    assert not waiting.done()
    place.unlink()
    made = await asyncio.wait_for(waiting, 20)
    assert made is not None
    made.close()


async def test_journals_of_the_dead_are_read_though_there_is_no_room_for_a_new_one(
    sessions: Sessions, tmp_path: Path
) -> None:
    journal, background, stop = Journal(tmp_path), Background(), asyncio.Event()
    async with sessions.begin() as tx:
        run = await begun(tx, journal, await clock(tx))
    die(journal)
    with no_room(2**20):
        waiting = background.start(opened(sessions, tmp_path, stop), "journal")
        async with asyncio.timeout(10):
            while journals(tmp_path):  # noqa: ASYNC110  files tell nobody
                await asyncio.sleep(0.01)
        stop.set()
        assert await waiting is None
    async with sessions() as tx:
        assert await statuses(tx, run) == ["deferred", "queued", "sent", "uncertain", "uncertain"]


async def test_a_worker_that_cannot_begin_leaves_no_journal(tmp_path: Path) -> None:
    nowhere = "postgresql://postgres@127.0.0.1:1/nowhere"
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    deps = build(settings, nowhere, "redis://127.0.0.1:1/0")
    with pytest.raises(OSError, match="1"):
        await run_worker(deps, QUEUES, asyncio.Event())
    assert journals(tmp_path / "journal") == []
    await deps.aclose()


def test_a_journal_that_somebody_else_has_read_is_left_alone(tmp_path: Path) -> None:
    died = Journal(tmp_path)
    died.hand_over(1, 1, "c.1", "a")
    die(died)
    [path] = journals(tmp_path)
    with left_behind(path) as first, left_behind(path) as second:
        assert first
        assert second is None
    with left_behind(path) as late:
        assert late is None


def test_one_that_was_only_begun_when_its_process_died_gives_its_room_back(
    tmp_path: Path,
) -> None:
    (tmp_path / "0123456789ab.new").write_bytes(bytes(4096))
    (tmp_path / "0123456789cd.journal").write_bytes(b"")
    for path in journals(tmp_path):
        with left_behind(path) as left:
            assert left is None
    assert not list(tmp_path.iterdir())
