"""Runs that wait for no job: their mailing was unfrozen or finished, or their job was given up.

And those whose job waits for a moment that means nothing any more.
"""

from datetime import datetime

from core.db import Transaction
from core.delivery.fill import SEND_RUN
from core.delivery.sql import statement
from core.delivery.start import FILL_RUN
from core.jobs import service as jobs

IDLE = statement("""
    SELECT r.id, r.status FROM runs r JOIN mailings m ON m.id = r.mailing_id
    WHERE r.status <> 'finished' AND m.status <> 'frozen' AND NOT EXISTS (
        SELECT FROM jobs
        WHERE key = concat_ws(
            ':', 'run', r.id, CASE r.status WHEN 'preparing' THEN 'fill' ELSE 'send' END)
          AND status IN ('queued', 'running'))
    LIMIT 500
""")

# Who waits gets nothing any more, so that nobody need wait. A job within its last second comes by
# itself, and one that failed has pauses of its own.
OVER = statement("""
    UPDATE jobs SET due_at = :now, kicked_at = NULL
    WHERE status = 'queued' AND due_at > :now + interval '1 second' AND failures = 0 AND key IN (
        SELECT concat_ws(':', 'run', r.id, 'send')
        FROM runs r JOIN mailings m ON m.id = r.mailing_id
        WHERE r.status <> 'finished'
          AND (m.status = 'finished' OR m.status = 'active' AND r.send_before <= :now))
    RETURNING queue
""")

GO_ON = statement("""
    UPDATE jobs SET due_at = :now, kicked_at = NULL
    WHERE status = 'queued' AND due_at > :now AND key IN (
        SELECT concat_ws(':', 'run', r.id, 'send')
        FROM runs r JOIN mailings m ON m.id = r.mailing_id
        WHERE m.owner_id = :owner AND r.status = 'sending' AND m.held_because IS NOT NULL)
    RETURNING queue
""")


async def go_on(tx: Transaction, owner_id: int, now: datetime) -> None:
    """Try the held mailings of an owner at once: the account they wait for is another one now."""
    await jobs.notify(tx, set(await tx.scalars(GO_ON, {"owner": owner_id, "now": now})))


async def revive(tx: Transaction, now: datetime) -> int:
    """Give every open run that may go on its job again, and one that is over its end; says how
    many that were."""
    woken = (await tx.scalars(OVER, {"now": now})).all()
    await jobs.notify(tx, set(woken))
    idle = (await tx.execute(IDLE)).all()
    for run_id, status in idle:
        task, step = (FILL_RUN, "fill") if status == "preparing" else (SEND_RUN, "send")
        key = f"run:{run_id}:{step}"
        if not await jobs.wake(tx, key, now):
            await jobs.enqueue(tx, task, "mail.bulk", {"run_id": run_id}, now, key=key)
    return len(idle) + len(woken)
