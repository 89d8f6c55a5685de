"""A mailing that stands still because of its account, and when a run is to be looked at next."""

from datetime import datetime, timedelta

from core.db import Transaction
from core.delivery.finish import finish_if_done
from core.delivery.sql import statement

HOLD = statement("""
    UPDATE mailings SET held_because = :reason
    FROM runs WHERE runs.id = :run AND mailings.id = runs.mailing_id
      AND mailings.status <> 'finished' AND held_because IS DISTINCT FROM :reason
    RETURNING mailings.id
""")

NEXT = statement("""
    SELECT CASE
        WHEN EXISTS (SELECT FROM deliveries WHERE run_id = :run AND client_id > runs.claimed_to)
        THEN :now
        ELSE (SELECT least(min(due_at), runs.send_before)
              FROM deliveries WHERE run_id = :run AND again HAVING min(due_at) IS NOT NULL)
    END, EXISTS (SELECT FROM claims WHERE run_id = :run)
    FROM runs WHERE id = :run
""")

AT_REST = statement("""
    SELECT m.status = 'frozen' OR runs.status = 'finished'
    FROM runs JOIN mailings m ON m.id = runs.mailing_id WHERE runs.id = :run
""")

LOOK_AGAIN = timedelta(seconds=1)


async def hold(tx: Transaction, run_id: int, reason: str | None) -> bool:
    """Say why a run's mailing stands still, or that it does no more; False if that was known."""
    return await tx.scalar(HOLD, {"run": run_id, "reason": reason}) is not None


async def next_look(tx: Transaction, run_id: int, now: datetime) -> datetime | None:
    """When a run is to be worked on again: something is due, or others may have ended their share.

    None for a run that is finished now, and for one of a frozen mailing: `revive` finds that.
    """
    if await finish_if_done(tx, run_id, now) or await tx.scalar(AT_REST, {"run": run_id}):
        return None
    due_at: datetime | None
    due_at, others = (await tx.execute(NEXT, {"run": run_id, "now": now})).one()
    soon = now + LOOK_AGAIN
    if due_at is None:
        return soon
    return max(now, min(due_at, soon) if others else due_at)
