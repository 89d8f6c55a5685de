"""The ledger in numbers for all owners together, for those who watch over the service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.db import Transaction
from core.delivery.sql import statement

OPEN = statement("""
    SELECT r.id, r.mailing_id, r.no, m.status, v.subject, u.name AS owner, c.*
    FROM runs r
    JOIN mailings m ON m.id = r.mailing_id
    JOIN users u ON u.id = m.owner_id
    JOIN message_versions v ON v.id = r.version_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(n) FILTER (WHERE status <> 'skipped'), 0)::bigint AS total,
               coalesce(sum(n) FILTER (WHERE status IN ('queued', 'sending', 'deferred')),
                        0)::bigint AS open,
               coalesce(sum(n) FILTER (WHERE status = 'sent'), 0)::bigint AS sent,
               coalesce(sum(n) FILTER (WHERE status = 'failed'), 0)::bigint AS failed,
               coalesce(sum(n) FILTER (WHERE status = 'uncertain'), 0)::bigint AS uncertain
        FROM run_counts WHERE run_id = r.id) c
    WHERE r.status <> 'finished' ORDER BY r.id DESC LIMIT 20
""")
NEXT = statement("""
    SELECT s.next_at, m.id AS mailing_id, v.subject, u.name AS owner
    FROM schedules s
    JOIN mailings m ON s.object_type = 'mailings' AND m.id = s.object_id
    JOIN users u ON u.id = m.owner_id
    JOIN messages g ON g.id = m.message_id
    JOIN message_versions v ON v.id = g.version_id
    WHERE s.next_at IS NOT NULL AND NOT s.paused ORDER BY s.next_at LIMIT 6
""")


@dataclass(frozen=True)
class OpenRun:
    """A run in progress with its recipients counted."""

    id: int
    mailing_id: int
    no: int
    status: str
    subject: str
    owner: str
    total: int
    open: int
    sent: int
    failed: int
    uncertain: int

    @property
    def settled(self) -> int:
        """Those whose outcome is known."""
        return self.total - self.open


@dataclass(frozen=True)
class Coming:
    """The next date of a mailing."""

    next_at: datetime
    mailing_id: int
    subject: str
    owner: str


async def open_runs(tx: Transaction) -> Sequence[OpenRun]:
    """Runs in progress, the latest first."""
    return [OpenRun(*row) for row in await tx.execute(OPEN)]


async def coming(tx: Transaction) -> Sequence[Coming]:
    """The next dates of all mailings."""
    return [Coming(*row) for row in await tx.execute(NEXT)]
