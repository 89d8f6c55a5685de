"""Several workers on one run: a job for each share, called as long as there is much to send."""

from datetime import datetime

from core.db import Transaction
from core.delivery.fill import SEND_RUN, send_key
from core.delivery.sql import statement
from core.jobs import service as jobs

MOST = 8
WORTH = 2000  # rows that are worth a worker of their own

# Counted no further than needed.
WAITING = statement("""
    SELECT (SELECT count(*) FROM (
        SELECT FROM deliveries WHERE run_id = :run AND client_id > runs.claimed_to
        LIMIT :size) fresh)
    + (SELECT count(*) FROM (
        SELECT FROM deliveries WHERE run_id = :run AND again AND due_at <= :now
        LIMIT :size) due)
, (SELECT count(*) FROM workers
       WHERE 'mail.bulk' = ANY(queues) AND seen_at > :now - interval '20 seconds')
    FROM runs JOIN mailings m ON m.id = runs.mailing_id
    WHERE runs.id = :run AND m.status = 'active'
""")

STOPPED = statement("""
    SELECT DISTINCT m.id FROM claims JOIN runs ON runs.id = claims.run_id
    JOIN mailings m ON m.id = runs.mailing_id
    WHERE m.status <> 'active'
""")


async def stopped(tx: Transaction) -> set[int]:
    """Mailings of which letters are being sent, though they were frozen or finished."""
    return set(await tx.scalars(STOPPED))


async def call_others(tx: Transaction, run_id: int, now: datetime) -> int:
    """Ask for as many further workers as there are and as what waits is worth; says how many."""
    bound = {"run": run_id, "size": MOST * WORTH, "now": now}
    found = (await tx.execute(WAITING, bound)).one_or_none()
    wanted = min(found[0] // WORTH, found[1], MOST) - 1 if found else 0
    for share in range(1, wanted + 1):
        key = share_key(run_id, share)
        args = {"run_id": run_id, "share": share}
        if not await jobs.wake(tx, key, now):
            await jobs.enqueue(tx, SEND_RUN, "mail.bulk", args, now, key=key)
    return max(0, wanted)


def share_key(run_id: int, share: int) -> str:
    """The key of the job of a further worker."""
    return f"{send_key(run_id)}:{share}"
