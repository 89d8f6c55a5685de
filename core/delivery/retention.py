"""Rows of runs that were over long ago are deleted; what they came to stays with their run."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, or_, select

from core.db import Transaction
from core.delivery import summary
from core.delivery.models import Delivery, Run

AT_ONCE = 2000


async def forget(tx: Transaction, before: datetime, now: datetime) -> int:
    """Delete some rows of a run that ended before a moment; 0 when nothing is left to do.

    What nobody but its owner can decide about stays. Bounces and earlier outcomes go with the row.
    """
    run = await tx.scalar(_OLDEST.where(Run.finished_at < before))
    if run is None:
        return 0
    clients = (await tx.scalars(_some(run.id))).all()
    if clients:
        span = await summary.span(tx, run.id, clients)
        said = await summary.of_rows(tx, run.id, span, clients)
        run.summary = (summary.read(run.summary) + said).json()
        await tx.execute(delete(Delivery).where(_of(run.id), Delivery.client_id.in_(clients)))
    if len(clients) < AT_ONCE:
        run.forgotten_at = now
    return len(clients) or 1


# One that was opened again after that, and finished, has rows again.
_OLDEST = (
    select(Run)
    .where(
        Run.status == "finished",
        Run.skipped_because.is_(None),
        or_(Run.forgotten_at.is_(None), Run.forgotten_at < Run.finished_at),
    )
    .order_by(Run.finished_at)
    .limit(1)
    .with_for_update(key_share=True, skip_locked=True)
)


def _of(run_id: int) -> ColumnElement[bool]:
    return (Delivery.run_id == run_id) & (Delivery.status != "uncertain")


def _some(run_id: int) -> Select[int]:
    ids = select(Delivery.client_id).where(_of(run_id)).order_by(Delivery.client_id)
    return ids.limit(AT_ONCE)
