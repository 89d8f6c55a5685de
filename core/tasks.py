"""Tasks in the background that never lose an error."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")

AGAIN = 1.0  # seconds until what was cancelled and goes on is cancelled again


class Background:
    """Tasks that outlive the call that started them; a failure is logged, `aclose` ends all."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run `work` beside the caller."""
        task = asyncio.create_task(work, name=name)  # noqa: TID251  the one place that may
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("background task failed", task=task.get_name(), exc_info=error)

    async def aclose(self) -> None:
        """Cancel what still runs and wait for it; again, where an error at the same moment was
        caught in the place of the cancellation."""
        while tasks := list(self._tasks):
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=AGAIN)
            await asyncio.sleep(0)  # they are let go of once they have ended


async def ended_within(
    patience: float,
    work: Coroutine[Any, Any, None],
    stop: asyncio.Event,
    hang_up: Callable[[], None],
) -> None:
    """Run `work`, which ends by itself after `stop`; what has not done so in `patience` seconds is
    cancelled and `hang_up` called, again each second: what is cancelled may wait for what answers
    no more, and a group of tasks hands on only the first cancellation."""
    async with asyncio.TaskGroup() as group:
        working, waiting = group.create_task(work), group.create_task(_long_after(stop, patience))
        await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        while not working.done():
            working.cancel()
            hang_up()
            await asyncio.wait((working,), timeout=AGAIN)


async def _long_after(stop: asyncio.Event, seconds: float) -> None:
    await stop.wait()
    await asyncio.sleep(seconds)
    log.warning("not everything has ended in good order, leaving")


async def finished_first(work: Coroutine[Any, Any, T], stop: asyncio.Event) -> T | None:
    """The result of `work`, or None when `stop` is set before it is there (it is cancelled)."""
    async with asyncio.TaskGroup() as group:
        doing = group.create_task(work)
        waiting = group.create_task(stop.wait())
        await asyncio.wait((doing, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        doing.cancel()
    return None if doing.cancelled() else doing.result()


async def rest(seconds: float, wake: asyncio.Event, stop: asyncio.Event) -> None:
    """Sleep until something happens."""
    try:
        async with asyncio.timeout(seconds):
            await finished_first(wake.wait(), stop)
    except TimeoutError:
        pass


def ends(error: BaseException) -> bool:
    """Whether this task is to end by it: it was cancelled, or the process leaves.

    All else is a failure like others: a library in Rust panics with a BaseException, and one whose
    connection is lost may cancel what nobody wanted cancelled.
    """
    if isinstance(error, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is not None and task.cancelling() > 0
    return isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit))
