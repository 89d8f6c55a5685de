"""Which finished runs their owners are still to be told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Interval, bindparam, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Transaction
from core.delivery.models import Run

NEWS = timedelta(days=1)  # later it is none any more
OFTEN = timedelta(hours=20)  # a mailing that goes out oftener speaks up when something is wrong


class RunNotice(Base):
    """A finished run that was told of, or that need not be; one that goes on is told of anew."""

    __tablename__ = "run_notices"

    run_id: Mapped[int] = mapped_column(
        ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    told_at: Mapped[datetime]


Index("ix_runs_finished_at", Run.finished_at)

UNTOLD = text("""
    SELECT r.id AS run_id, m.owner_id,
           CASE WHEN r.skipped_because IS NULL THEN 'report' ELSE 'not_started' END AS kind,
           CASE WHEN r.skipped_because IS NULL THEN
               c.settled > 0 AND c.ended = 0
               AND (c.bad > 0 OR NOT EXISTS (
                   SELECT FROM runs before WHERE before.mailing_id = r.mailing_id
                     AND before.no < r.no AND before.due_at > r.due_at - :often))
           ELSE
               r.skipped_because IN ('overlap', 'message_inactive', 'missed', 'nobody')
               AND NOT EXISTS (
                   SELECT FROM runs before WHERE before.mailing_id = r.mailing_id
                     AND before.no = r.no - 1 AND before.skipped_because IS NOT NULL)
           END AS awaited
    FROM runs r JOIN mailings m ON m.id = r.mailing_id
    LEFT JOIN run_notices n ON n.run_id = r.id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(k.n) FILTER (WHERE status IN ('sent', 'failed', 'uncertain')), 0)
                   AS settled,
               coalesce(sum(k.n) FILTER (WHERE status IN ('failed', 'uncertain')), 0) AS bad,
               coalesce(sum(k.n) FILTER (WHERE reason = 'mailing_finished'), 0) AS ended
        FROM run_counts k WHERE k.run_id = r.id) c
    WHERE r.status = 'finished' AND r.finished_at > :since AND m.hidden_at IS NULL
      AND (n.told_at IS NULL OR n.told_at < r.finished_at)
    ORDER BY r.id LIMIT 50
""").bindparams(bindparam("often", type_=Interval()))


@dataclass(frozen=True)
class Untold:
    """`kind` is `report` or `not_started`. `awaited` is False for what nobody waits for: nothing
    was sent, it was finished by hand, it is one of many a day and all went well, or the date
    before was left out as well."""

    run_id: int
    owner_id: int
    kind: str
    awaited: bool


async def untold(tx: Transaction, now: datetime) -> Sequence[Untold]:
    """Finished runs of late that nothing was said of yet."""
    rows = await tx.execute(UNTOLD, {"since": now - NEWS, "often": OFTEN})
    return [Untold(run_id, owner, kind, bool(news)) for run_id, owner, kind, news in rows]


async def told(tx: Transaction, run_id: int, now: datetime) -> None:
    """It is said, or need not be."""
    note = insert(RunNotice).values(run_id=run_id, told_at=now)
    await tx.execute(note.on_conflict_do_update(index_elements=["run_id"], set_={"told_at": now}))
