"""An answer that is kept for a while: figures over the whole ledger are not counted per click."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """One caller computes, all get the answer until it is `seconds` old."""

    def __init__(self, compute: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._compute = compute
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._answer: T | None = None
        self._until = 0.0

    async def __call__(self) -> T:
        async with self._lock:
            if self._answer is None or time.monotonic() > self._until:
                self._answer = await self._compute()
                self._until = time.monotonic() + self._seconds
            return self._answer
