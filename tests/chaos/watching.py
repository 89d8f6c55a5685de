"""What is looked at while it happens, since it cannot be seen afterwards."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import aio_pika
import aiohttp
from sqlalchemy import text

from core.db import Transaction
from tests.chaos import judge
from tests.chaos.claims import patiently
from tests.chaos.plan import ALONE, CHILDREN
from tests.chaos.stage import Stage
from tests.chaos.waiting import OwnTime
from workers.brokers import QUEUES

EVERY = 0.5
LISTENERS = len(ALONE) + len(CHILDREN)  # on each queue
HEARD_AGAIN = 180.0  # seconds in which every worker has to listen again
SWEEP = 1.0
DOMAINS_OF_TROUBLE = ("postgres", "journal")

# The calendar of retries is shortened: what would be tried in five minutes is tried in two seconds.
HASTEN = (
    "UPDATE deliveries SET due_at = clock_timestamp() + interval '2 seconds'"
    " WHERE again AND status = 'deferred' AND due_at > clock_timestamp() + interval '4 seconds'",
    "UPDATE smtp_accounts SET backing_off_until = clock_timestamp() + interval '2 seconds'"
    " WHERE backing_off_until > clock_timestamp() + interval '4 seconds'",
    "UPDATE jobs SET due_at = clock_timestamp() + interval '2 seconds'"
    " WHERE status = 'queued' AND due_at > clock_timestamp() + interval '4 seconds'",
)


@dataclass
class Observed:
    """Figures of the whole time."""

    finished_early: int = 0
    recovery_s: float = 0.0  # the longest that a lease was over with somebody there to see it
    recovery_wall_s: float = 0.0  # the same with the time in which that one had no core

    def lease(self, over: float, own: float, wall: float) -> None:
        """The oldest lease has been over for so long, and somebody able was there for so long."""
        self.recovery_s = max(self.recovery_s, min(over, own) - SWEEP)
        self.recovery_wall_s = max(self.recovery_wall_s, min(over, wall) - SWEEP)


async def observe(stage: Stage, stop: asyncio.Event) -> Observed:
    """Look at the ledger twice a second."""
    seen, able = Observed(), Able(stage)
    while not stop.is_set():
        seen.finished_early += await patiently(stage, judge.finished_early)
        seen.lease(await patiently(stage, judge.overdue), *able.seconds())
        await asyncio.sleep(EVERY)
    return seen


class Able:
    """For how long somebody has been there who could have recovered what others left."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._since: dict[str, OwnTime] = {}

    def seconds(self) -> tuple[float, float]:
        """Of the worker that has been undisturbed for longest, database and all: by its own time
        and by the wall's."""
        troubled = self._stage.troubled
        common = any(troubled.get(each) for each in DOMAINS_OF_TROUBLE)
        for worker in ALONE:
            if common or troubled.get(worker):
                self._since.pop(worker, None)
            else:
                self._since.setdefault(worker, OwnTime(self._stage.processes[worker].pid))
        passed = [(time.passed, time.by_the_wall) for time in self._since.values()]
        return max(passed, default=(0.0, 0.0))


async def hasten(stage: Stage, stop: asyncio.Event) -> None:
    """Let time pass faster for what waits for minutes."""

    async def shorten(tx: Transaction) -> None:
        for statement in HASTEN:
            await tx.execute(text(statement))

    while not stop.is_set():
        await patiently(stage, shorten, writes=True)
        await asyncio.sleep(1)


async def deaf(stage: Stage) -> int:
    """How many listeners RabbitMQ's queues lack once all is well again."""
    if stage.services.rabbit is None:
        return 0
    lack, until = LISTENERS * len(QUEUES), monotonic() + HEARD_AGAIN
    while lack and monotonic() < until:
        lack = lacking(await _listeners(stage.services.rabbit.url))
        await asyncio.sleep(EVERY)
    return lack


def lacking(listeners: Sequence[int]) -> int:
    """How many are missing, by how many each queue has."""
    return sum(max(0, LISTENERS - number) for number in listeners)


async def _listeners(url: str) -> list[int]:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queues = [await channel.declare_queue(name, passive=True) for name in QUEUES]
        return [queue.declaration_result.consumer_count or 0 for queue in queues]


async def visit(stage: Stage, stop: asyncio.Event) -> int:
    """Somebody opens the site again and again; how often it was well."""
    answers = 0
    url = f"http://127.0.0.1:{stage.web_port}/health/ready"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        while not stop.is_set():
            try:
                async with session.get(url) as response:
                    answers += response.status == 200
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(1)
    return answers
