"""What every edge is handed: built once in main.py, by hand, replaceable in tests."""

from dataclasses import dataclass, field

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from core.accounts.outside import Outside
from core.db import Sessions, open_engine, open_sessions
from core.settings import Settings


@dataclass(frozen=True)
class Deps:
    """The process's resources; `aclose` gives them back."""

    settings: Settings
    engine: AsyncEngine
    sessions: Sessions
    redis: Redis
    redis_url: str = ""  # for what opens connections of its own
    outside: Outside = field(default_factory=Outside)

    async def aclose(self) -> None:
        await self.redis.aclose()
        await self.engine.dispose()


def build(settings: Settings, database_url: str, redis_url: str) -> Deps:
    """Open what the addresses name; connections are made on first use."""
    engine = open_engine(database_url)
    return Deps(settings, engine, open_sessions(engine), Redis.from_url(redis_url), redis_url)
