"""A stage for whole stories: a Telegram, an inbox, and the environment of a product on them."""

import socket
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from demo.inbox.serve import RunningInbox, serve_inbox
from demo.stand.serve import DEMO_TOKEN, Running
from tests.bot.conftest import bot, deps, meet, stand

__all__ = ["bot", "deps", "meet", "stand"]  # the bot inside the test's own process

Environment = dict[str, str]


@pytest.fixture
async def inbox() -> AsyncIterator[RunningInbox]:
    """A mail server that takes everything."""
    async with serve_inbox() as running:
        yield running


@pytest.fixture
async def environment(
    database_url: str, redis_url: str, stand: Running, inbox: RunningInbox
) -> Environment:
    """What .env would hold."""
    async with Redis.from_url(redis_url) as redis:
        await redis.flushdb()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "BOT_TOKEN": DEMO_TOKEN,
        "TELEGRAM_API_URL": stand.url,
        "SMTP_HOST": inbox.smtp_host,
        "SMTP_PORT": str(inbox.smtp_port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "center@mail.example",
        "SECRET_KEY": "a key for tests only, long enough",
        "WEB_PORT": str(port),
        "PUBLIC_URL": f"http://localhost:{port}",
    }
