"""From dates that have come to runs: one short transaction for all that is due."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from core.db import Transaction
from core.delivery.finish import finish_mailings
from core.delivery.sql import statement
from core.jobs.pauses import maintenance
from core.jobs.service import NewJob, enqueue_many
from core.scheduling.registry import SEND_MAILING
from core.scheduling.service import Due, take_due

FILL_RUN = "workers.tasks.fill_run"
AT_ONCE = 1000

START = statement("""
    INSERT INTO runs (mailing_id, no, version_id, due_at, created_at, send_before,
                      status, finished_at, skipped_because)
    SELECT m.id, (SELECT coalesce(max(no), 0) + 1 FROM runs WHERE mailing_id = m.id),
           message.version_id, wanted.due_at, :now,
           greatest(wanted.due_at, m.accepted_at) + make_interval(mins => m.within_minutes::int),
           CASE WHEN why.reason IS NULL THEN 'preparing' ELSE 'finished' END,
           CASE WHEN why.reason IS NOT NULL THEN :now END, why.reason
    FROM unnest(:ids, :dates, CAST(:missed AS boolean[])) AS wanted (id, due_at, missed)
    JOIN mailings m ON m.id = wanted.id
    JOIN messages message ON message.id = m.message_id AND message.version_id IS NOT NULL
    CROSS JOIN LATERAL (SELECT CASE
        WHEN wanted.missed THEN 'missed'
        WHEN m.status <> 'active' THEN m.status
        WHEN NOT message.active THEN 'message_inactive'
        WHEN EXISTS (SELECT FROM runs WHERE mailing_id = m.id AND status <> 'finished')
            THEN 'overlap'
    END AS reason) why
    RETURNING id, mailing_id, skipped_because
""")

# Those of the given dates that are to wait, since the run before them is going on.
WAIT = statement("""
    UPDATE schedules s SET behind_at = wanted.due_at
    FROM unnest(:ids, :dates) AS wanted (id, due_at)
    WHERE s.object_type = 'mailings' AND s.object_id = wanted.id AND s.behind_at IS NULL
      AND EXISTS (SELECT FROM runs WHERE mailing_id = wanted.id AND status <> 'finished')
    RETURNING wanted.id
""")

# Those whose wait is over.
BEHIND = statement("""
    WITH free AS (
        SELECT id, behind_at FROM schedules s
        WHERE behind_at IS NOT NULL AND NOT paused AND NOT EXISTS (
            SELECT FROM runs WHERE mailing_id = s.object_id AND status <> 'finished')
        ORDER BY behind_at LIMIT 500 FOR UPDATE SKIP LOCKED
    )
    UPDATE schedules s SET behind_at = NULL FROM free WHERE s.id = free.id
    RETURNING s.object_id, free.behind_at
""")


async def start_due(tx: Transaction, now: datetime) -> int:
    """Start what is due and move the dates on; says how many dates it took.

    In maintenance dates wait: afterwards each follows its policy for missed ones.
    """
    if await maintenance(tx):
        return 0
    due = await take_due(tx, now, AT_ONCE)
    mailings = {each.object_id: each for each in due if _is_mailing(each)}
    dates = {mailing: each.due_at for mailing, each in mailings.items()}
    missed = {mailing for mailing, each in mailings.items() if each.missed}
    queuing = {mailing for mailing, each in mailings.items() if each.queues} - missed
    for waiting in await _wait(tx, {mailing: dates[mailing] for mailing in queuing}):
        del dates[waiting]
    await start_runs(tx, dates, now, missed)
    others = [each for each in due if not _is_mailing(each) and not each.missed]
    await enqueue_many(tx, [_job(each) for each in others], now)
    return len(due)


async def start_behind(tx: Transaction, now: datetime) -> int:
    """Start what waited for the run before it; says how many dates that were."""
    if await maintenance(tx):
        return 0
    free = (await tx.execute(BEHIND)).all()
    await start_runs(tx, dict(tuple(each) for each in free), now)
    return len(free)


async def _wait(tx: Transaction, dates: Mapping[int, datetime]) -> Sequence[int]:
    if not dates:
        return []
    bound = {"ids": list(dates), "dates": list(dates.values())}
    return (await tx.scalars(WAIT, bound)).all()


def _is_mailing(due: Due) -> bool:
    return due.task == SEND_MAILING and due.object_type == "mailings"


async def start_runs(
    tx: Transaction,
    dates: Mapping[int, datetime],
    now: datetime,
    missed: Collection[int] = (),
) -> Sequence[int]:
    """A run for each mailing that can have one; otherwise the date is noted with the reason."""
    if not dates:
        return []
    bound = {
        "ids": list(dates),
        "dates": list(dates.values()),
        "missed": [mailing in missed for mailing in dates],
        "now": now,
    }
    made = (await tx.execute(START, bound)).all()
    runs = [run_id for run_id, _, skipped in made if skipped is None]
    await enqueue_many(tx, [_fill(run_id) for run_id in runs], now)
    await finish_mailings(tx, [mailing for _, mailing, skipped in made if skipped], now)
    return runs


def _fill(run_id: int) -> NewJob:
    return NewJob(FILL_RUN, "mail.bulk", {"run_id": run_id}, f"run:{run_id}:fill")


def _job(due: Due) -> NewJob:
    args = {"object_type": due.object_type, "object_id": due.object_id, **due.kwargs}
    return NewJob(due.task, "mail.bulk", args, f"{due.schedule_id}:{due.no}")
