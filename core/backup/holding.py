"""What was going on when a backup was made has gone on since, unknown to it: nothing of that is
done again unless its owner says so."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from core.db import Transaction
from core.mailings.rules import RESTORED

FREEZE = text("""
    UPDATE mailings m SET status = 'frozen', frozen_at = :now, held_because = :reason
    WHERE m.status = 'active'
      AND EXISTS (SELECT FROM runs WHERE mailing_id = m.id AND status <> 'finished')
    RETURNING m.id
""")
PAUSE = text("""
    UPDATE schedules SET paused = true
    WHERE object_type = 'mailings' AND object_id = ANY(:frozen) AND NOT paused
""")
ASK = text("""
    UPDATE schedules s SET paused = true
    FROM mailings m
    WHERE s.object_type = 'mailings' AND m.id = s.object_id AND m.status = 'active'
      AND s.next_at <= :now AND NOT s.paused
    RETURNING s.id
""")
FORGET_TAPS = text("UPDATE telegram_updates SET done_at = :now WHERE done_at IS NULL")


@dataclass(frozen=True)
class Held:
    """Mailings frozen in the middle of a run, and those whose owner is asked about a date."""

    frozen: int
    asked: int


async def hold(tx: Transaction, now: datetime) -> Held:
    """Freeze runs under way, ask about dates that have passed, forget taps not answered yet."""
    frozen = list(await tx.scalars(FREEZE, {"now": now, "reason": RESTORED}))
    await tx.execute(PAUSE, {"frozen": frozen})
    asked = (await tx.execute(ASK, {"now": now})).all()
    await tx.execute(FORGET_TAPS, {"now": now})
    return Held(len(frozen), len(asked))
