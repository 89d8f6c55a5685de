"""Finding the schedule of an object, and the date that comes next."""

from datetime import timedelta
from typing import Protocol

from sqlalchemy import func, select

from core.db import Transaction
from core.scheduling.models import Schedule


class Scheduled(Protocol):
    """Anything with an id and a table."""

    __tablename__: str

    @property
    def id(self) -> int:
        """The primary key."""


async def find(tx: Transaction, object_: Scheduled, *, lock: bool = False) -> Schedule | None:
    """The schedule of an object, None when it has none."""
    query = select(Schedule).where(
        Schedule.object_type == object_.__tablename__, Schedule.object_id == object_.id
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await tx.scalar(query)


async def until_next(tx: Transaction) -> timedelta | None:
    """How long it is to the next date of all; not positive when it has come, None without one.

    One entry of the index, and the clock in the same breath: what each idle second costs.
    """
    query = select(Schedule.next_at - func.clock_timestamp()).where(
        Schedule.next_at.is_not(None), ~Schedule.paused
    )
    found: timedelta | None = await tx.scalar(query.order_by(Schedule.next_at).limit(1))
    return found
