"""Other mailings that go out through the same accounts, and how many of their mails wait."""

from dataclasses import dataclass

from sqlalchemy import text

from core.db import Transaction
from core.users.models import User

# Who has no account of one's own sends through the installation's, as all such owners do.
_WAITING = text("""
    WITH senders AS (
        SELECT DISTINCT owner_id FROM smtp_accounts
        WHERE owner_id IS NOT NULL AND enabled AND from_confirmed_at IS NOT NULL
    )
    SELECT m.owner_id = :owner AS own, sum(c.n)::bigint AS n
    FROM runs r JOIN mailings m ON m.id = r.mailing_id JOIN run_counts c ON c.run_id = r.id
    WHERE r.status <> 'finished' AND m.status = 'active' AND c.status IN ('queued', 'deferred')
      AND (m.owner_id = :owner
           OR :owner NOT IN (SELECT owner_id FROM senders)
              AND m.owner_id NOT IN (SELECT owner_id FROM senders))
      AND m.id IS DISTINCT FROM CAST(:mailing AS bigint)
    GROUP BY r.id, m.owner_id HAVING sum(c.n) > 0
""")


@dataclass(frozen=True)
class Beside:
    """What waits in each run: of the owner, and of others at the same accounts."""

    own: tuple[int, ...] = ()
    others: tuple[int, ...] = ()


async def waiting(tx: Transaction, owner: User, mailing: int | None = None) -> Beside:
    """The open runs but those of `mailing`."""
    rows = (await tx.execute(_WAITING, {"owner": owner.id, "mailing": mailing})).all()
    own = tuple(row.n for row in rows if row.own)
    return Beside(own, tuple(row.n for row in rows if not row.own))
