"""An answer that is kept for a while: figures over the whole ledger are not counted per click."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from core.tasks import Background

T = TypeVar("T")


class Kept(Generic[T]):
    """One caller computes, all get the answer.

    From `seconds` on it is computed anew, while the old one still serves; one older than `stale`
    seconds is waited for.
    """

    def __init__(
        self, compute: Callable[[], Awaitable[T]], seconds: float, stale: float, name: str
    ) -> None:
        self._compute = compute
        self._seconds, self._stale, self._name = seconds, stale, name
        self._lock = asyncio.Lock()
        self._background = Background()
        self._answer: T | None = None
        self._at = 0.0

    async def __call__(self) -> T:
        age = time.monotonic() - self._at
        if self._answer is None or age > self._stale:
            return await self._renew(self._stale)
        if age > self._seconds and not self._lock.locked():
            self._background.start(self._renew(self._seconds), self._name)
        return self._answer

    async def _renew(self, older_than: float) -> T:
        async with self._lock:
            if self._answer is None or time.monotonic() - self._at > older_than:
                self._answer = await self._compute()
                self._at = time.monotonic()
            return self._answer

    async def within(self, patience: float) -> T | None:
        """The answer, however old, if it is not there anew in so many seconds; None for none."""
        if self._answer is None or time.monotonic() - self._at > self._seconds:
            renewing = self._background.start(self._renew(self._seconds), self._name)
            await asyncio.wait((renewing,), timeout=patience)
            if renewing.done():
                answer: T = renewing.result()
                return answer
        return self._answer

    def forget(self) -> None:
        """As if nothing had been computed yet."""
        self._answer = None

    async def aclose(self) -> None:
        """End what is being computed."""
        await self._background.aclose()
