"""What the cache of rows gains: `./run bench cache`.

Reads an owner's counts among `--clients` clients and a list of twenty own fields, first from
PostgreSQL each time, then through the cache, one after the other and by 200 who ask at once; then
writes and reads in turn. `--json` prints one object: milliseconds by what was read.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from core.cache import marks
from core.cache.service import Cache
from core.clients import own, queries
from core.db import Sessions, open_sessions
from core.embedded import valkey
from core.users.models import User
from tests import factories
from tests.benches.world import scratch

ROUNDS = 50
AT_ONCE = 200

FILL = """
    INSERT INTO clients (owner_id, email, active, created_at)
    SELECT :owner, 'c' || n || '@example.org', n % 9 <> 0, now() FROM generate_series(1, :count) n
"""


async def each(read: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds of one read, the median of many."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await read()
        times.append(time.perf_counter() - started)
    return round(sorted(times)[ROUNDS // 2] * 1000, 3)


async def together(read: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds until all who ask at once have their answer."""
    started = time.perf_counter()
    await asyncio.gather(*(read() for _ in range(AT_ONCE)))
    return round((time.perf_counter() - started) * 1000, 1)


async def measure(sessions: Sessions, cache: Cache, owner: User) -> dict[str, float]:
    """Everything, with and without."""

    async def counts() -> None:
        async with sessions() as tx:
            await queries.counts(tx, owner)

    async def fields() -> None:
        async with sessions() as tx:
            await own.all_of(tx, owner)

    async def changed() -> None:
        async with sessions.begin() as tx:
            await factories.client(tx, owner)
        await queries.counted(cache, owner)

    return {
        "counts_ms": await each(counts),
        "counts_cached_ms": await each(lambda: queries.counted(cache, owner)),
        "counts_at_once_ms": await together(counts),
        "counts_cached_at_once_ms": await together(lambda: queries.counted(cache, owner)),
        "fields_ms": await each(fields),
        "fields_cached_ms": await each(lambda: own.kept(cache, owner)),
        "write_then_read_ms": await each(changed),
    }


async def fill(engine: AsyncEngine, sessions: Sessions, clients: int) -> User:
    """An owner with clients and fields."""
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        for number in range(own.MOST):
            await own.add(tx, owner, f"Поле {number}", "text", factories.NOW)
        await tx.execute(text(FILL), {"owner": owner.id, "count": clients})
    async with engine.connect() as connection:
        analysing = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await analysing.execute(text("VACUUM ANALYZE clients"))
    return owner


async def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill, measure, sum up."""
    with TemporaryDirectory(prefix="mail-center-bench-") as folder:
        async with scratch() as engine, valkey(Path(folder)) as url:
            redis, sessions = Redis.from_url(url), open_sessions(engine)
            cache = Cache(redis, sessions)
            sessions.configure(info={marks.CACHE: cache})
            owner = await fill(engine, sessions, args.clients)
            found = await measure(sessions, cache, owner)
            await redis.aclose()
    return {"clients": args.clients, **found}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200_000)
    parser.add_argument("--json", action="store_true", help="one JSON object as last line")
    args = parser.parse_args()
    result = asyncio.run(run(args))
    for name, figure in result.items():
        print(f"{name}: {figure}")
    if args.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
