"""Finding the schedule of an object."""

from typing import Protocol

from sqlalchemy import select

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
