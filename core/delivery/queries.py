"""How far a run is, and what became of each of its recipients."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from core.db import Transaction
from core.delivery.models import Delivery, Run
from core.delivery.sql import statement
from core.mailings.ledger import STANDING, lately

RECENTLY = timedelta(seconds=10)
PAGE = 500

COUNTS = statement(f"""
    SELECT status, sum(n)::bigint FROM {STANDING} standing
    WHERE run_id = :run GROUP BY status HAVING sum(n) > 0
""")  # noqa: S608  the pieces are written here


@dataclass(frozen=True)
class Progress:
    """A run in numbers: recipients by status, and how many were settled a second of late."""

    status: str
    counts: dict[str, int] = field(default_factory=dict)
    rate: float = 0.0

    @property
    def total(self) -> int:
        """Everybody who has a row."""
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        """Those whose outcome is not known yet."""
        return sum(self.counts.get(status, 0) for status in ("queued", "sending", "deferred"))

    @property
    def eta(self) -> timedelta | None:
        """How long the rest takes at this rate; None while nobody knows."""
        waiting = self.open - self.counts.get("deferred", 0)
        return timedelta(seconds=waiting / self.rate) if self.rate else None


async def progress(tx: Transaction, run_id: int, now: datetime) -> Progress:
    """How far a run is."""
    status = (await tx.execute(select(Run.status).where(Run.id == run_id))).scalar_one()
    counts = {name: n for name, n in await tx.execute(COUNTS, {"run": run_id})}  # noqa: C416
    recent, _ = await lately(tx, run_id, now, RECENTLY)
    return Progress(status, counts, recent / RECENTLY.total_seconds())


async def recipients(tx: Transaction, run_id: int) -> AsyncIterator[Sequence[Any]]:
    """The rows of a run in the order of their clients, a page at a time."""
    query = select(*Delivery.__table__.columns).order_by(Delivery.client_id).limit(PAGE)
    last = 0
    while page := (await tx.execute(query.where(*_after(run_id, last)))).all():
        yield page
        last = page[-1].client_id


def _after(run_id: int, client_id: int) -> Sequence[ColumnElement[bool]]:
    return Delivery.run_id == run_id, Delivery.client_id > client_id
