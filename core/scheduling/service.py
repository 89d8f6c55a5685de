"""Give objects a schedule, change it, take it away; hand out what is due.

The three `..._task_interval` functions work in the transaction of the session their object
belongs to. `now` may be passed; without it PostgreSQL's clock is read.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import async_object_session

from core.db import Json, Transaction, clock
from core.scheduling import checks, queries, zones
from core.scheduling.models import Schedule
from core.scheduling.queries import Scheduled
from core.scheduling.registry import check_task
from core.scheduling.rules import Recurrence, next_after, zone_of

GRACE = timedelta(minutes=5)  # later than this, a date counts as missed
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Due:
    """Something to do now. `no` counts the schedule's runs from 1; `due_at` is its date.

    A `missed` one is to be left out: its date passed long ago. One that `queues` waits for the run
    before it instead of being left out.
    """

    schedule_id: int
    object_type: str
    object_id: int
    task: str
    kwargs: Json
    no: int
    due_at: datetime
    missed: bool = False
    queues: bool = False


async def create_task_interval(
    object_: Scheduled,
    task: str,
    interval: timedelta | Recurrence,
    start_time: datetime,
    *,
    timezone: str | None = None,
    missed: str | None = None,
    overlap: str | None = None,
    now: datetime | None = None,
    **kwargs: Any,
) -> Schedule:
    """Run `task` with `kwargs` for the object at `start_time` and then at every `interval`.

    The zone is the object's own `timezone` unless given, else UTC. `missed` says what happens
    to dates nobody could keep (run_once, skip, ask); a start in the past needs it. `overlap` says
    what happens to one that comes while the run before is going on (skip, queue).
    """
    check_task(task)
    tx = await _session(object_)
    now = now or await clock(tx)
    zone = timezone or str(getattr(object_, "timezone", "UTC"))
    schedule = Schedule(
        object_type=object_.__tablename__,
        object_id=object_.id,
        task=task,
        kwargs=checks.arguments(kwargs),
        recurrence=checks.recurrence(interval).to_json(),
        start_at=checks.start(start_time, missed, now),
        timezone=zone_of(zone).key,
        paused=False,
        done=0,
        missed=checks.policy(missed, "run_once"),
        overlap=checks.overlap(overlap, "skip"),
        created_at=now,
    )
    zones.anchor(schedule)
    late = schedule.start_at < now and schedule.missed != "skip"
    _arm(schedule, _date_from(schedule, schedule.start_at if late else now))
    tx.add(schedule)
    await tx.flush()
    return schedule


async def update_task_interval(
    object_: Scheduled,
    interval: timedelta | Recurrence,
    start_time: datetime,
    changed_data: Collection[str],
    *,
    timezone: str | None = None,
    missed: str | None = None,
    overlap: str | None = None,
    now: datetime | None = None,
    **kwargs: Any,
) -> Schedule:
    """Take over what `changed_data` names of interval, start_time and timezone, and all `kwargs`.

    The next date moves only when one of the three really becomes another one.
    """
    tx = await _session(object_)
    now = now or await clock(tx)
    schedule = await _of(tx, object_)
    schedule.missed = checks.policy(missed, schedule.missed)
    schedule.overlap = checks.overlap(overlap, schedule.overlap)
    schedule.kwargs = schedule.kwargs | checks.arguments(kwargs)
    before = (schedule.recurrence, schedule.start_at, schedule.timezone)
    if "interval" in changed_data:
        schedule.recurrence = checks.recurrence(interval).to_json()
    if "start_time" in changed_data and start_time != schedule.start_at:
        schedule.start_at = checks.start(start_time, missed, now)
    if "timezone" in changed_data and timezone:
        schedule.timezone = zone_of(timezone).key
    if before != (schedule.recurrence, schedule.start_at, schedule.timezone):
        zones.anchor(schedule)
        _arm(schedule, _date_from(schedule, now))
    await tx.flush()
    return schedule


async def delete_task_interval(object_: Scheduled) -> None:
    """Nothing more happens to the object; to be called before the object is deleted, too."""
    tx = await _session(object_)
    await tx.execute(
        delete(Schedule).where(
            Schedule.object_type == object_.__tablename__, Schedule.object_id == object_.id
        )
    )


async def end(tx: Transaction, object_: Scheduled) -> None:
    """No further date; the rule stays to be looked at."""
    schedule = await _of(tx, object_)
    schedule.next_at = schedule.behind_at = None


async def pause(tx: Transaction, object_: Scheduled) -> None:
    """Keep the dates back until `resume`."""
    schedule = await _of(tx, object_)
    schedule.paused = True


async def resume(
    tx: Transaction, object_: Scheduled, now: datetime, missed: str | None = None
) -> Schedule:
    """Go on. A date that passed meanwhile is treated as the policy says, or as `missed` says."""
    schedule = await _of(tx, object_)
    policy = checks.policy(missed, schedule.missed)
    passed = schedule.next_at is not None and schedule.next_at <= now
    schedule.paused = passed and policy == "ask"
    if passed and policy == "run_once":
        schedule.next_at = now
    if passed and policy == "skip":
        _arm(schedule, date_after(schedule, now))
    return schedule


async def run_now(tx: Transaction, object_: Scheduled, now: datetime) -> None:
    """Make the next date now; a start still to come moves with it."""
    schedule = await _of(tx, object_)
    schedule.start_at = min(schedule.start_at, now)
    schedule.next_at = now


async def take_due(tx: Transaction, now: datetime, limit: int) -> list[Due]:
    """What is due, each date once: the next one is set in this transaction.

    However many dates passed, one run at most comes of them. One that was missed and is to be
    left out is told of all the same.
    """
    query = (
        select(Schedule)
        .where(Schedule.next_at <= now, ~Schedule.paused)  # as the index says it
        .order_by(Schedule.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    due = [_take(schedule, now) for schedule in await tx.scalars(query)]
    await tx.flush()
    return [taken for taken in due if taken is not None]


def _take(schedule: Schedule, now: datetime) -> Due | None:
    due_at = schedule.next_at
    assert due_at is not None  # noqa: S101  the query asked for it
    late = now - due_at > GRACE
    if late and schedule.missed == "ask":
        schedule.paused = True
        return None
    missed = late and schedule.missed == "skip"
    schedule.done += not missed
    _arm(schedule, date_after(schedule, now))
    return Due(
        schedule.id,
        schedule.object_type,
        schedule.object_id,
        schedule.task,
        schedule.kwargs,
        schedule.done,
        due_at,
        missed,
        schedule.overlap == "queue",
    )


def _arm(schedule: Schedule, date: datetime | None) -> None:
    schedule.next_at, schedule.zone_data = date, zones.version()


def date_after(schedule: Schedule, after: datetime) -> datetime | None:
    """The date that comes after a moment, by the rule, the start and the runs so far."""
    rule = Recurrence.from_json(schedule.recurrence)
    return next_after(rule, schedule.start_at, schedule.timezone, after, schedule.done)


def _date_from(schedule: Schedule, moment: datetime) -> datetime | None:
    return date_after(schedule, max(moment, schedule.start_at) - _INSTANT)


async def _session(object_: Scheduled) -> Transaction:
    tx = async_object_session(object_)
    if tx is None:
        raise ValueError(f"{object_!r} belongs to no session")
    await tx.flush()  # a new object gets its id
    return tx


async def _of(tx: Transaction, object_: Scheduled) -> Schedule:
    schedule = await queries.find(tx, object_, lock=True)
    if schedule is None:
        raise LookupError(f"{object_.__tablename__} {object_.id} has no schedule")
    return schedule
