"""The conversation's memory in Redis, and whose turn it is to change it."""

import asyncio
import json
from typing import Any
from weakref import WeakValueDictionary

from aiogram.fsm.state import State
from redis.asyncio import Redis

MOST = 1000  # conversations that are known without Redis

_recent: dict[int, tuple[str, str]] = {}  # by chat, as Redis has them; who spoke last comes last
_turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


def turn_of(chat_id: int) -> asyncio.Lock:
    """Held by who changes a chat's conversation. One process answers at a time (`core/alone.py`),
    so a lock of this process will do: it needs no round trips and never outlives its holder."""
    return _turns.setdefault(chat_id, asyncio.Lock())


def forget_all() -> None:
    """Read everything anew: another process may have answered meanwhile."""
    _recent.clear()


class Memory:
    """What a chat's conversation is about: its state and data, read and written as one. Those of
    the last ones who spoke are known here as well: nobody else writes them."""

    def __init__(self, redis: Redis, chat_id: int) -> None:
        self._redis = redis
        self._chat_id = chat_id
        self._state = f"fsm:{chat_id}:{chat_id}:state"
        self._data = f"fsm:{chat_id}:{chat_id}:data"

    async def read(self) -> tuple[str | None, dict[str, Any]]:
        """State and data."""
        if self._chat_id not in _recent:
            state, data = await self._redis.mget(self._state, self._data)
            self._know(as_text(state), as_text(data))
        state, data = _recent[self._chat_id]
        return state or None, json.loads(data) if data else {}

    async def write(self, state: State | None, data: dict[str, Any]) -> None:
        """State and data in one step, so that it is taken wholly or not."""
        name, packed = (state.state if state else None) or "", json.dumps(data)
        _recent.pop(self._chat_id, None)
        await self._redis.mset({self._state: name, self._data: packed})
        self._know(name, packed)

    async def keep(self, data: dict[str, Any]) -> None:
        """The data alone."""
        packed, known = json.dumps(data), _recent.pop(self._chat_id, None)
        await self._redis.set(self._data, packed)
        if known:
            self._know(known[0], packed)

    def _know(self, state: str, data: str) -> None:
        if len(_recent) >= MOST:
            del _recent[next(iter(_recent))]
        _recent[self._chat_id] = state, data


def as_text(value: bytes | str | None) -> str:
    """Redis answers bytes unless it is asked not to."""
    return value.decode() if isinstance(value, bytes) else value or ""
