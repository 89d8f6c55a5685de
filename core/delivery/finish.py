"""The end of a run, and of a mailing whose last run it was."""

from collections.abc import Sequence
from datetime import datetime

from core.db import Transaction
from core.delivery.sql import statement

# In the order of all others; what is true is read after all are ours. With the schedule no date is
# taken that neither side would see.
LOCK = statement("""
    SELECT FROM runs JOIN mailings m ON m.id = runs.mailing_id
    JOIN schedules s ON s.object_type = 'mailings' AND s.object_id = m.id
    WHERE runs.id = :run AND runs.status = 'sending'
    FOR NO KEY UPDATE OF s FOR NO KEY UPDATE OF m FOR NO KEY UPDATE OF runs
""")

FINISH_RUN = statement("""
    UPDATE runs SET status = 'finished', finished_at = :now
    WHERE id = :run AND status = 'sending'
      AND NOT EXISTS (SELECT FROM claims WHERE run_id = :run)
      AND NOT EXISTS (SELECT FROM deliveries WHERE run_id = :run AND again)
      AND NOT EXISTS (
          SELECT FROM deliveries WHERE run_id = :run AND client_id > runs.claimed_to)
    RETURNING mailing_id
""")

FINISH_MAILINGS = statement("""
    UPDATE mailings SET status = 'finished', finished_at = :now, held_because = NULL
    WHERE id = ANY(:ids) AND status <> 'finished'
      AND NOT EXISTS (
          SELECT FROM runs WHERE mailing_id = mailings.id AND status <> 'finished')
      AND NOT EXISTS (
          SELECT FROM schedules
          WHERE object_type = 'mailings' AND object_id = mailings.id
            AND (next_at IS NOT NULL OR behind_at IS NOT NULL))
""")


async def finish_if_done(tx: Transaction, run_id: int, now: datetime) -> bool:
    """Finish a run none of whose rows is queued, sending or deferred."""
    await tx.execute(LOCK, {"run": run_id})
    mailing = await tx.scalar(FINISH_RUN, {"run": run_id, "now": now})
    if mailing is None:
        return False
    await finish_mailings(tx, [mailing], now)
    return True


async def finish_mailings(tx: Transaction, ids: Sequence[int], now: datetime) -> None:
    """Finish those mailings that have no open run and no date to come."""
    if ids:
        await tx.execute(FINISH_MAILINGS, {"ids": list(ids), "now": now})
