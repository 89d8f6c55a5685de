"""A test that hangs is ended and fails, and says what each task was waiting for.

A run in one process ends with it, with the status of timeout(1): .ci/run tries such a stage again.
"""

import asyncio
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

LIMIT, SLOW = 150.0, 600.0  # seconds for a test with its fixtures, several times what any needs
HUNG = 124  # exit status
AGAIN = 10.0  # seconds until what was cancelled and goes on is broken off where it stands
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
    while code := _code(awaited):
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        yield f"{code.co_filename}:{frame.f_lineno if frame else '?'} {code.co_name}"
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)


def _code(awaited: Any) -> Any:
    return getattr(awaited, "cr_code", None) or getattr(awaited, "gi_code", None)


def _file(awaited: Any) -> str:
    code = _code(awaited)
    return code.co_filename if code else ""
