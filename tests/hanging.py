"""A test that hangs is ended and fails, and says what each task was waiting for.

A run in one process ends with it, with the status of timeout(1): .ci/run tries such a stage again.
"""

import asyncio
import gc
import inspect
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

LIMIT, SLOW = 150.0, 600.0  # seconds for a test with its fixtures, several times what any needs
HUNG = 124  # exit status
AGAIN = 10.0  # seconds until what was cancelled and goes on is broken off where it stands
KINDS = ("cr", "gi", "ag")
OURS = (str(Path(__file__).parent), "pytest_asyncio")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Watch each test; pytest asks for this by its name."""
    hung = _Hung()
    before = signal.signal(signal.SIGALRM, hung)
    signal.setitimer(signal.ITIMER_REAL, SLOW if item.get_closest_marker("slow") else LIMIT, AGAIN)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if hung.ended and "PYTEST_XDIST_WORKER" not in os.environ:
            pytest.exit("\n".join((f"{item.nodeid} hangs", *hung.waits)), HUNG)


class _Hung:
    """What the alarm does: it cancels tasks of the test; at the next alarm whatever runs ends."""

    def __init__(self) -> None:
        self.ended = False
        self.waits: list[str] = []  # each task and its way to where it stands

    def __call__(self, *_signal: object) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None
        again, self.ended = self.ended, True
        if loop is None or again:
            raise TimeoutError("it hangs here")
        loop.call_soon_threadsafe(self._cancel)  # by the pipe: it may sleep in a system call

    def _cancel(self) -> None:
        for task in asyncio.all_tasks():
            self.waits.append("\n    ".join((f"- {task.get_name()}", *_places(task.get_coro()))))
            if any(part in _file(task.get_coro()) for part in OURS):
                task.cancel("it hangs")
        print(*self.waits, sep="\n")


def _places(awaited: Any) -> Iterator[str]:
    """Where it waits, from the outermost to the innermost."""
    while code := _part(awaited, "code"):
        frame = _part(awaited, "frame")
        yield f"{code.co_filename}:{frame.f_lineno if frame else '?'} {code.co_name}"
        inner = _part(awaited, "await") or _part(awaited, "yieldfrom")
        awaited = next(filter(inspect.isasyncgen, gc.get_referents(inner)), inner)


def _part(awaited: Any, name: str) -> Any:
    """Of a coroutine, a generator or an asynchronous one; a step of the last only refers to it."""
    return next(filter(None, (getattr(awaited, f"{kind}_{name}", None) for kind in KINDS)), None)


def _file(awaited: Any) -> str:
    code = _part(awaited, "code")
    return code.co_filename if code else ""
