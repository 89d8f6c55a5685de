"""What goes wrong and is worth telling owners: a sending stands still, letters come back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from core.db import Transaction
from core.users import news

TOO_MANY = 0.05  # of the letters that went out
FEWEST = 3  # bounces: one of ten letters says nothing yet
LATELY = timedelta(hours=1)

HELD = text("""
    SELECT m.id, m.owner_id, r.id AS run_id, m.held_because
    FROM mailings m JOIN runs r ON r.mailing_id = m.id AND r.status <> 'finished'
    WHERE m.status = 'active' AND m.held_because IN ('auth', 'unreachable', 'refused')
""")
BOUNCED = text("""
    WITH lately AS (
        SELECT run_id FROM returns
        WHERE received_at > :since AND kind = 'bounce' AND permanent
        GROUP BY run_id
    ), counted AS (
        SELECT r.id, r.mailing_id, m.owner_id,
               (SELECT count(*) FROM returns b
                WHERE b.run_id = r.id AND b.kind = 'bounce' AND b.permanent) AS bounced,
               (SELECT count(*) FROM deliveries d
                WHERE d.run_id = r.id AND d.status = 'sent') AS sent
        FROM lately JOIN runs r ON r.id = lately.run_id JOIN mailings m ON m.id = r.mailing_id
        WHERE NOT EXISTS (
            SELECT FROM news n WHERE n.user_id = m.owner_id AND n.key = 'bounces:' || r.id)
    )
    SELECT * FROM counted WHERE bounced >= :fewest AND bounced > sent * :share
""")


async def standing_still(tx: Transaction) -> Mapping[tuple[int, str], tuple[int, int]]:
    """Runs that wait for an account, by run and reason: whose they are, and their mailing."""
    rows = await tx.execute(HELD)
    return {(row.run_id, row.held_because): (row.owner_id, row.id) for row in rows}


async def tell_of_standstill(
    tx: Transaction, run_id: int, reason: str, owner_id: int, mailing_id: int, now: datetime
) -> None:
    """Once for a run and a reason."""
    key = f"account:{run_id}:{reason}"
    await news.tell(tx, [owner_id], "account", key, now, mailing=mailing_id, reason=reason)


async def tell_of_bounces(tx: Transaction, now: datetime) -> None:
    """Once for a run of whose letters too many came back."""
    bound = {"since": now - LATELY, "fewest": FEWEST, "share": TOO_MANY}
    for row in (await tx.execute(BOUNCED, bound)).all():
        data = {"mailing": row.mailing_id, "run": row.id, "bounced": row.bounced, "sent": row.sent}
        await news.tell(tx, [row.owner_id], "bounces", f"bounces:{row.id}", now, **data)


def overdue(
    seen: Mapping[tuple[int, str], float], now: float, patience: Mapping[str, float]
) -> Sequence[tuple[int, str]]:
    """Those that stand still for longer than such trouble may last."""
    return [key for key, since in seen.items() if now - since >= patience[key[1]]]
