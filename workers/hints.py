"""Dates that are near, as schedules in Redis: they wake the creating loop on time.

Nothing depends on them: without Redis the loop still looks each second.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

import structlog
from redis.exceptions import RedisError
from sqlalchemy import select
from taskiq import AsyncBroker, BrokerMessage, ScheduledTask, TaskiqScheduler
from taskiq.cli.scheduler.run import SchedulerLoop
from taskiq.serializers import JSONSerializer
from taskiq_redis import ListRedisScheduleSource

from core.db import Sessions, Transaction, clock
from core.scheduling.models import Schedule
from core.tasks import finished_first

log = structlog.get_logger(__name__)

NEAR = timedelta(minutes=10)
ARM_EVERY = 5.0
MOST = 10_000
WAKE = "workers.tasks.wake"


class Hinted:
    """What a hint wakes, and whether one came since this was asked last."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self._given = False

    def give(self) -> None:
        """A hint comes."""
        self._given = True
        self.wake.set()

    def taken(self) -> bool:
        """Whether one came; asked again, it is the next one that counts."""
        given, self._given = self._given, False
        return given


class Waker(AsyncBroker):
    """Where the hints go: each wakes the creating loop of this process."""

    def __init__(self, hinted: Hinted) -> None:
        super().__init__()
        self._hinted = hinted

    async def kick(self, message: BrokerMessage) -> None:
        """Wake the loop."""
        self._hinted.give()

    async def listen(self) -> AsyncGenerator[bytes, None]:
        """Nothing: what is kicked has had its effect."""
        empty: tuple[bytes, ...] = ()
        for message in empty:
            yield message


class Hints(ListRedisScheduleSource):
    """Schedules in Redis that tell once where there are none to be had and go on without them."""

    def __init__(self, url: str, prefix: str) -> None:
        super().__init__(url, prefix, serializer=JSONSerializer(), skip_past_schedules=True)
        self._away = False

    async def get_schedules(self) -> list[ScheduledTask]:
        """Those of this minute; none while they cannot be read."""
        try:
            found: list[ScheduledTask] = await super().get_schedules()
        except Exception as error:  # it is away, or somebody else's things are in the place of ours
            if not self._away:
                log.warning("no hints from Redis", reason=type(error).__name__)
            self._away = True
            return []
        self._away = False
        return found

    async def shutdown(self) -> None:
        """Let the connections go, which taskiq leaves to the garbage collector."""
        await self._connection_pool.disconnect()

    async def post_send(self, task: ScheduledTask) -> None:
        """Forget a hint that has been given."""
        try:
            await super().post_send(task)
        except (RedisError, OSError):
            pass


async def run_hints(
    sessions: Sessions, redis_url: str, hinted: Hinted, stop: asyncio.Event, prefix: str
) -> None:
    """Arm near dates and give their hints until `stop`."""
    hints = Hints(redis_url, prefix)
    loop = SchedulerLoop(TaskiqScheduler(Waker(hinted), [hints]))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_arm_on(sessions, hints, stop))
            await finished_first(loop.run(update_interval=timedelta(seconds=1)), stop)
    finally:
        await hints.shutdown()


async def _arm_on(sessions: Sessions, hints: Hints, stop: asyncio.Event) -> None:
    armed: dict[str, datetime] = {}
    while not stop.is_set():
        try:
            async with sessions.begin() as tx:
                near = await near_dates(tx, await clock(tx))
            await arm(hints, near, armed)
            armed = near
        except Exception as error:  # a hint less costs a second at most
            log.debug("hints not armed", reason=repr(error))
        await finished_first(asyncio.sleep(ARM_EVERY), stop)


async def near_dates(tx: Transaction, now: datetime) -> dict[str, datetime]:
    """The dates of the next minutes by the name of the run that they will start."""
    query = select(Schedule.id, Schedule.done, Schedule.next_at).where(
        Schedule.next_at > now, Schedule.next_at <= now + NEAR, Schedule.paused.is_(False)
    )
    found = await tx.execute(query.order_by(Schedule.next_at).limit(MOST))
    return {f"{schedule_id}:{done + 1}": at for schedule_id, done, at in found if at}


async def arm(hints: Hints, near: dict[str, datetime], armed: dict[str, datetime]) -> None:
    """Put dates into Redis that are not there yet, or were there at another time."""
    for name, at in near.items():
        if armed.get(name) != at:
            task = ScheduledTask(
                task_name=WAKE, labels={}, args=[], kwargs={}, schedule_id=name, time=at
            )
            await hints.add_schedule(task)
