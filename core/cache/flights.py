"""One lookup for all who ask for the same at once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class _Route:
    """`waiting` is the answer of the flight that has not begun yet."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: asyncio.Future[Any] | None = None
    passengers: int = 0


class Flights:
    """Whoever asks joins the next flight, never one that has begun: what a caller has written
    before it asked is always seen."""

    def __init__(self) -> None:
        self._routes: dict[str, _Route] = {}

    async def join(self, name: str, look: Callable[[], Awaitable[Any]]) -> Any:
        """The answer of `look`, which is called once for all who came before it began."""
        route = self._routes.setdefault(name, _Route())
        route.passengers += 1
        try:
            while True:
                if route.waiting is None:
                    return await self._lead(route, look)
                answer = route.waiting
                await asyncio.wait([answer])
                if not answer.cancelled():
                    return answer.result()
        finally:
            route.passengers -= 1
            if not route.passengers:
                self._routes.pop(name, None)

    async def _lead(self, route: _Route, look: Callable[[], Awaitable[Any]]) -> Any:
        answer = route.waiting = asyncio.get_running_loop().create_future()
        try:
            async with route.lock:
                route.waiting = None
                found = await look()
        except BaseException:
            if route.waiting is answer:
                route.waiting = None
            answer.cancel()  # the others look for themselves
            raise
        answer.set_result(found)
        return found
