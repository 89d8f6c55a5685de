"""One queue as a process uses it: opened again whenever it breaks, listened to if it is ours."""

import asyncio
from collections.abc import Callable

import structlog
from taskiq import AsyncBroker
from taskiq.kicker import AsyncKicker
from taskiq.receiver import Receiver

from core.tasks import ends, finished_first

log = structlog.get_logger(__name__)

PUBLISH_TIMEOUT = 5.0  # a hung broker would block for minutes
DRAIN = 8.0  # seconds for running tasks after a stop
PAUSE = 1.0


class QueueAway(Exception):
    """The queue takes nothing now."""


class Line:
    """`make` builds the broker with its tasks; `concurrency` 0 only publishes."""

    def __init__(self, name: str, make: Callable[[], AsyncBroker], concurrency: int) -> None:
        self.name = name
        self._make = make
        self._concurrency = concurrency
        self._broker: AsyncBroker | None = None

    @property
    def open(self) -> bool:
        """Whether the queue takes messages, as far as is known."""
        return self._broker is not None

    async def kick(self, task: str, job_id: int) -> None:
        """Put a job's id into the queue; raises QueueAway."""
        if self._broker is None:
            raise QueueAway(self.name)
        kicker: AsyncKicker[[int], None] = AsyncKicker(task, self._broker, {})
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT):
                await kicker.kiq(job_id)
        except Exception as error:
            raise QueueAway(self.name) from error

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the queue open until `stop`; tasks under way are finished first."""
        told = False
        while not stop.is_set():
            try:
                await self._serve(stop)
                told = False
            except BaseException as error:
                if ends(error):
                    raise
                if not told:
                    log.warning("queue away", queue=self.name, reason=repr(error))
                told = True
            if not stop.is_set():
                await finished_first(asyncio.sleep(PAUSE), stop)

    async def _serve(self, stop: asyncio.Event) -> None:
        broker = self._make()
        broker.is_worker_process = bool(self._concurrency)
        try:
            await broker.startup()
            self._broker = broker
            log.info("queue open", queue=self.name, listening=bool(self._concurrency))
            if self._concurrency:
                await self._receiver(broker).listen(stop)
            else:
                await stop.wait()
        finally:
            self._broker = None
            await broker.shutdown()

    def _receiver(self, broker: AsyncBroker) -> Receiver:
        return Receiver(
            broker,
            max_async_tasks=self._concurrency,
            run_startup=False,
            wait_tasks_timeout=DRAIN,
        )
