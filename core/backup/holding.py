"""What was going on when a backup was made has gone on since, unknown to it: nothing of that is
done again unless its owner says so."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from core.db import Transaction
from core.jobs import pauses
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
UNHELD = text("SELECT to_regclass('restoring') IS NOT NULL")
LOCK = text("LOCK TABLE alembic_version IN SHARE ROW EXCLUSIVE MODE")
FORGET_TAPS = text("UPDATE telegram_updates SET done_at = :now WHERE done_at IS NULL")


@dataclass(frozen=True)
class Held:
    """Mailings frozen in the middle of a run, and those whose owner is asked about a date."""

    frozen: int
    asked: int


async def hold(tx: Transaction, now: datetime) -> Held:
    """Freeze runs under way, ask about dates that have passed, forget taps not answered yet; then
    what stood still since the restore goes on."""
    frozen = list(await tx.scalars(FREEZE, {"now": now, "reason": RESTORED}))
    await tx.execute(PAUSE, {"frozen": frozen})
    asked = (await tx.execute(ASK, {"now": now})).all()
    await tx.execute(FORGET_TAPS, {"now": now})
    pause = await pauses.maintenance(tx)
    if pause and pause.by_whom == "restore":
        await pauses.go_on(tx, pauses.EVERYTHING)
    await tx.execute(text("DROP TABLE IF EXISTS restoring"))
    return Held(len(frozen), len(asked))


async def hold_unheld(tx: Transaction, now: datetime) -> Held | None:
    """The same for a restore that was broken off before; None where there is none."""
    if not await tx.scalar(UNHELD):
        return None
    await tx.execute(LOCK)  # several processes may start together
    return await hold(tx, now) if await tx.scalar(UNHELD) else None
