"""Messages that no worker understood: kept in PostgreSQL, where reading them takes nothing away."""

from datetime import datetime

from sqlalchemy import delete, func, select

from core.db import Transaction
from core.jobs.models import DeadLetter

LONGEST = 4000  # characters of a message that are kept
MOST = 10_000  # messages that are kept; a flood must not fill the disk


async def keep(tx: Transaction, queue: str, body: bytes, reason: str, now: datetime) -> None:
    """Write one down; the oldest go when there are very many."""
    text = body[:LONGEST].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    row = DeadLetter(queue=queue, reason=reason[:500], body=text, received_at=now)
    tx.add(row)
    await tx.flush()
    await tx.execute(delete(DeadLetter).where(DeadLetter.id <= row.id - MOST))


async def count(tx: Transaction) -> int:
    """How many there are."""
    return (await tx.execute(select(func.count()).select_from(DeadLetter))).scalar_one()
