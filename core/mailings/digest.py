"""An owner's week in numbers, on Monday morning where the owner lives."""

from datetime import datetime, timedelta

from sqlalchemy import text

from core.db import Transaction
from core.users import news

WEEK = timedelta(days=7)

# Who sent something in the week, has Monday nine o'clock or later, and was not told yet.
DUE = text("""
    SELECT u.id, to_char(local.now - interval '7 days', 'IYYY-IW') AS week
    FROM users u
    CROSS JOIN LATERAL (SELECT CAST(:now AS timestamptz) AT TIME ZONE u.timezone AS now) local
    WHERE u.blocked_at IS NULL
      AND extract(isodow FROM local.now) = 1 AND extract(hour FROM local.now) >= 9
      AND EXISTS (
          SELECT FROM mailings m JOIN runs r ON r.mailing_id = m.id
          WHERE m.owner_id = u.id AND r.skipped_because IS NULL
            AND (r.finished_at IS NULL OR r.finished_at > CAST(:since AS timestamptz)))
      AND NOT EXISTS (
          SELECT FROM news n WHERE n.user_id = u.id
            AND n.key = 'digest:' || to_char(local.now - interval '7 days', 'IYYY-IW'))
    ORDER BY u.id LIMIT 50
""")
FIGURES = text("""
    SELECT count(DISTINCT d.run_id) AS runs,
           count(*) FILTER (WHERE d.status = 'sent') AS sent,
           count(*) FILTER (WHERE d.status = 'failed') AS failed,
           count(*) FILTER (WHERE d.status = 'uncertain') AS uncertain,
           (SELECT count(*) FROM clients c
            WHERE c.owner_id = :owner AND c.unsubscribed_at > :since) AS unsubscribed,
           (SELECT count(*) FROM clients c
            WHERE c.owner_id = :owner AND c.created_at > :since) AS added,
           (SELECT count(*) FROM returns b JOIN runs r ON r.id = b.run_id
            JOIN mailings m ON m.id = r.mailing_id
            WHERE m.owner_id = :owner AND b.received_at > :since
              AND b.kind = 'bounce' AND b.permanent) AS bounced
    FROM mailings m JOIN runs r ON r.mailing_id = m.id JOIN deliveries d ON d.run_id = r.id
    WHERE m.owner_id = :owner AND d.settled_at > :since
      AND (r.finished_at IS NULL OR r.finished_at > :since)
""")


async def write(tx: Transaction, now: datetime) -> int:
    """Put some owners' weeks down to be told; says how many."""
    due = (await tx.execute(DUE, {"now": now, "since": now - WEEK})).all()
    for owner_id, week in due:
        bound = {"owner": owner_id, "since": now - WEEK}
        figures = (await tx.execute(FIGURES, bound)).mappings().one()
        await news.tell(tx, [owner_id], "digest", f"digest:{week}", now, **figures)
    return len(due)
