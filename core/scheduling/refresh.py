"""Dates computed anew after the time zone data has changed."""

from datetime import datetime

from sqlalchemy import select

from core.db import Transaction
from core.scheduling import zones
from core.scheduling.models import Schedule
from core.scheduling.service import date_after

AT_ONCE = 1000


async def refresh(tx: Transaction, now: datetime) -> int:
    """Go through some dates that older data made; says how many, so that the caller goes on.

    A date that has come already stays; a start still to come keeps its time on the wall.
    """
    current = zones.version()
    query = select(Schedule).where(Schedule.next_at > now, Schedule.zone_data < current)
    found = (await tx.scalars(query.order_by(Schedule.id).limit(AT_ONCE).with_for_update())).all()
    for schedule in found:
        if schedule.start_at > now:
            schedule.start_at = zones.moved_start(schedule)
        schedule.next_at, schedule.zone_data = date_after(schedule, now), current
    await tx.flush()
    return len(found)
