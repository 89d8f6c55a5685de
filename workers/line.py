"""One queue as a process uses it: opened again whenever it breaks, listened to if it is ours."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog
from taskiq import AsyncBroker
from taskiq.kicker import AsyncKicker
from taskiq.receiver import Receiver

from core.tasks import Background, ends, finished_first

log = structlog.get_logger(__name__)

PUBLISH_TIMEOUT = 5.0  # a hung broker would block for minutes
DRAIN = 8.0  # seconds for running tasks after a stop
GOODBYE = 2.0  # seconds for a broker to let us go
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
        """Keep the queue open until `stop`; tasks under way are finished first.

        A broker that hangs is left behind then: nothing is lost with it, and it may hang for
        minutes.
        """
        background = Background()
        serving = background.start(self._open_on(stop), f"queue {self.name}")
        waiting = background.start(_long_after(stop), f"patience with {self.name}")
        try:
            await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            serving.cancel()
            waiting.cancel()

    async def _open_on(self, stop: asyncio.Event) -> None:
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
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE):
                    await broker.shutdown()

    def _receiver(self, broker: AsyncBroker) -> Receiver:
        return Receiver(
            broker,
            max_async_tasks=self._concurrency,
            run_startup=False,
            wait_tasks_timeout=DRAIN,
        )


async def _long_after(stop: asyncio.Event) -> None:
    """Until everything that ends in good order has ended."""
    await stop.wait()
    await asyncio.sleep(DRAIN + GOODBYE)
