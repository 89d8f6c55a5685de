"""What a process is handed."""

import asyncio

from core.bootstrap import REDIS_MOST, open_redis


async def test_more_may_want_redis_at_once_than_it_has_connections(redis_url: str) -> None:
    redis = open_redis(redis_url)
    answers = await asyncio.gather(*(redis.ping() for _ in range(REDIS_MOST * 4)))
    assert all(answers)
    await redis.aclose()
