"""The conversation's memory in Redis, and whose turn it is to change it."""

import asyncio
import json
from typing import Any
from weakref import WeakValueDictionary

from aiogram.fsm.state import State
from redis.asyncio import Redis

_turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


def turn_of(chat_id: int) -> asyncio.Lock:
    """Held by who changes a chat's conversation. One process answers at a time (`core/alone.py`),
    so a lock of this process will do: it needs no round trips and never outlives its holder."""
    return _turns.setdefault(chat_id, asyncio.Lock())


class Memory:
    """What a chat's conversation is about: its state and data, read and written as one."""

    def __init__(self, redis: Redis, chat_id: int) -> None:
        self._redis = redis
        self._state = f"fsm:{chat_id}:{chat_id}:state"
        self._data = f"fsm:{chat_id}:{chat_id}:data"

    async def read(self) -> tuple[str | None, dict[str, Any]]:
        """State and data."""
        state, data = await self._redis.mget(self._state, self._data)
        return as_text(state) or None, json.loads(data) if data else {}

    async def write(self, state: State | None, data: dict[str, Any]) -> None:
        """State and data in one step, so that it is taken wholly or not."""
        name = state.state if state else None
        values = {self._state: name or "", self._data: json.dumps(data)}
        await self._redis.mset(values)

    async def keep(self, data: dict[str, Any]) -> None:
        """The data alone."""
        await self._redis.set(self._data, json.dumps(data))


def as_text(value: bytes | str | None) -> str:
    """Redis answers bytes unless it is asked not to."""
    return value.decode() if isinstance(value, bytes) else value or ""
