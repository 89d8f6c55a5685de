"""What every edge is handed: built once in main.py, by hand, replaceable in tests."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from redis.asyncio import BlockingConnectionPool, Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from core.accounts.outside import Outside
from core.cache import marks
from core.cache.service import Cache
from core.db import Sessions, open_engine, open_sessions, open_statements
from core.mail.camera import Camera, find_chromium
from core.mail.dns import Dns
from core.settings import Settings
from core.tasks import finished_first

GOODBYE = 2.0  # seconds for a server to let us go
REDIS_MOST = 50  # connections of a process; whoever finds all in use waits for one
REDIS_WAIT = 20.0  # seconds; then Redis is away


@dataclass(frozen=True)
class Deps:
    """The process's resources; `aclose` gives them back."""

    settings: Settings
    engine: AsyncEngine
    sessions: Sessions
    redis: Redis
    redis_url: str = ""  # for what opens connections of its own
    outside: Outside = field(default_factory=Outside)
    camera: Camera = field(default_factory=lambda: Camera(None))
    dns: Dns = field(default_factory=Dns)
    haste: float = 1.0  # how often companions look; more in tests

    @cached_property
    def cache(self) -> Cache:
        """Rows kept in Redis, which these sessions' commits tell of changes."""
        made = Cache(self.redis, self.statements)
        self.sessions.configure(info={marks.CACHE: made})
        return made

    @cached_property
    def statements(self) -> Sessions:
        """Sessions for looking and for single writes, the quickest there are."""
        return open_statements(self.engine)

    async def pause(self, seconds: float, stop: asyncio.Event) -> None:
        """Between two looks of a companion of the conversations, at most until `stop`."""
        await finished_first(asyncio.sleep(seconds / self.haste), stop)

    async def aclose(self) -> None:
        await self.redis.aclose()
        with suppress(TimeoutError):  # a server that hangs says no goodbye
            async with asyncio.timeout(GOODBYE):
                await self.engine.dispose()


def build(settings: Settings, database_url: str, redis_url: str, *, haste: float = 1.0) -> Deps:
    """Open what the addresses name; connections are made on first use."""
    return build_on(open_engine(database_url), settings, redis_url, haste=haste)


def build_on(
    engine: AsyncEngine, settings: Settings, redis_url: str, *, haste: float = 1.0
) -> Deps:
    """The same with an engine that somebody else opens and disposes of."""
    redis, camera = open_redis(redis_url), Camera(find_chromium(settings.chromium))
    sessions = open_sessions(engine)
    deps = Deps(settings, engine, sessions, redis, redis_url, camera=camera, haste=haste)
    assert deps.cache  # noqa: S101  before the first session, which it has to hear of
    return deps


def open_redis(url: str) -> Redis:
    """A client that many may use at once: the library's own pool refuses the hundred and first,
    which looks as if Redis were away."""
    pool = BlockingConnectionPool.from_url(url, max_connections=REDIS_MOST, timeout=REDIS_WAIT)
    return Redis.from_pool(pool)
