"""The ledger in numbers for all owners together, for those who watch over the service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.db import Transaction
from core.delivery.sql import statement

# Runs that were over before `since` cannot have settled anything after it.
_LATELY = """
    FROM runs r JOIN deliveries d ON d.run_id = r.id
    WHERE (r.status <> 'finished' OR r.finished_at >= :since)
      AND d.settled_at >= :since AND d.status IN ('sent', 'failed', 'uncertain')
"""
HOURS = statement(f"""
    SELECT date_trunc('hour', d.settled_at) AS hour, d.status, count(*) {_LATELY} GROUP BY 1, 2
""")
DOMAINS = statement(f"""
    SELECT split_part(d.email, '@', 2) AS domain,
           count(*) FILTER (WHERE d.status = 'sent') AS sent,
           count(*) FILTER (WHERE d.status = 'failed') AS failed,
           count(*) FILTER (WHERE d.status = 'uncertain') AS uncertain
    {_LATELY} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 8
""")
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
class Hour:
    """What was settled in one hour."""

    hour: datetime
    counts: dict[str, int]


@dataclass(frozen=True)
class Domain:
    """How mail to one domain went."""

    domain: str
    sent: int
    failed: int
    uncertain: int

    @property
    def share(self) -> float:
        """The part of it that was accepted."""
        return self.sent / max(1, self.sent + self.failed + self.uncertain)


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


async def by_hour(tx: Transaction, since: datetime) -> Sequence[Hour]:
    """What was settled since then, hour by hour; hours without anything are left out."""
    hours: dict[datetime, dict[str, int]] = {}
    for hour, status, n in await tx.execute(HOURS, {"since": since}):
        hours.setdefault(hour, {})[status] = n
    return [Hour(hour, counts) for hour, counts in sorted(hours.items())]


async def by_domain(tx: Transaction, since: datetime) -> Sequence[Domain]:
    """The domains that most of it went to."""
    return [Domain(*row) for row in await tx.execute(DOMAINS, {"since": since})]


async def open_runs(tx: Transaction) -> Sequence[OpenRun]:
    """Runs in progress, the latest first."""
    return [OpenRun(*row) for row in await tx.execute(OPEN)]


async def coming(tx: Transaction) -> Sequence[Coming]:
    """The next dates of all mailings."""
    return [Coming(*row) for row in await tx.execute(NEXT)]
