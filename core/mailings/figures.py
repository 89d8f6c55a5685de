"""The figures of an owner's first screen."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text

from core.db import Transaction
from core.direct import row
from core.jobs import pauses
from core.users.models import User

# Of the runs only those that were open today are looked into.
_FIGURES = text(f"""
    SELECT *, {pauses.standing_still("mail.bulk")} FROM (
    SELECT count(*) FILTER (WHERE m.status = 'active' AND r.id IS NOT NULL) AS running,
           count(*) FILTER (WHERE m.status = 'active' AND r.id IS NULL) AS scheduled,
           count(*) FILTER (WHERE m.status = 'frozen') AS frozen
    FROM mailings m LEFT JOIN runs r ON r.mailing_id = m.id AND r.status <> 'finished'
    WHERE m.owner_id = :owner AND m.status <> 'finished'
    ) mailings, (
    SELECT count(*) FILTER (WHERE d.status = 'sent') AS sent,
           count(*) FILTER (WHERE d.status IN ('failed', 'uncertain')) AS failed
    FROM runs r JOIN mailings m ON m.id = r.mailing_id JOIN deliveries d ON d.run_id = r.id
    WHERE m.owner_id = :owner AND (r.finished_at IS NULL OR r.finished_at >= :midnight)
      AND d.settled_at >= :midnight
    ) today
""")  # noqa: S608  the pieces are written here


@dataclass(frozen=True)
class Figures:
    """Mailings by what they do, and today's letters by what became of them."""

    running: int
    scheduled: int
    frozen: int
    sent: int
    failed: int
    standing_still: bool = False  # maintenance: nothing is sent at all

    @property
    def empty(self) -> bool:
        """Nothing to show yet."""
        return not any((self.running, self.scheduled, self.frozen, self.sent, self.failed))


async def figures(tx: Transaction, owner: User, now: datetime) -> Figures:
    """As of now; today begins at midnight where the owner lives."""
    local = now.astimezone(ZoneInfo(owner.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return Figures(*await row(tx, _FIGURES, owner=owner.id, midnight=midnight))
