"""The conversation's memory in Redis: one write a step, so that a step is taken wholly or not."""

from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import StorageKey
from aiogram.fsm.storage.redis import RedisEventIsolation, RedisStorage

LONGEST = 900.0  # seconds of a step: a long file is loaded in one


class ConversationStorage(RedisStorage):
    """aiogram's storage with a write of state and data together."""

    def create_isolation(self, **kwargs: Any) -> RedisEventIsolation:
        """Locks that outlast the longest step; those of a dead process are removed at start."""
        return super().create_isolation(**{"lock_kwargs": {"timeout": LONGEST}} | kwargs)

    async def write(self, key: StorageKey, state: State | None, data: dict[str, Any]) -> None:
        """State and data in one transaction of Redis."""
        state_key = self.key_builder.build(key, "state")
        async with self.redis.pipeline(transaction=True) as pipe:
            if state is None or state.state is None:
                pipe.delete(state_key)
            else:
                pipe.set(state_key, state.state, ex=self.state_ttl)
            pipe.set(self.key_builder.build(key, "data"), self.json_dumps(data), ex=self.data_ttl)
            await pipe.execute()
