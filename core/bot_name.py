"""Where the bot is found, and whether it answers: letters and pages link to it."""

from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text

from core.db import Transaction
from core.settings import Settings

LOCK = 0x426F74  # "Bot": the advisory lock of the bot that answers
_KEY = "bot:username"
_HELD = text("""
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
          AND classid = 0 AND objid = CAST(:lock AS bigint)
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
""")
_LOCAL = {"localhost", "127.0.0.1", "::1"}


async def answers(tx: Transaction) -> bool:
    """Whether a bot is at work: the one that answers holds a lock, wherever it runs."""
    return bool(await tx.scalar(_HELD, {"lock": LOCK}))


async def remember(redis: Redis, username: str) -> None:
    """Called by the bot, again and again: a hint in Redis may be lost."""
    await redis.set(_KEY, username)


async def known(redis: Redis) -> str | None:
    """The bot's username, None while it has not started once or Redis is away."""
    try:
        name = await redis.get(_KEY)
    except RedisError:
        return None
    return name.decode() if isinstance(name, bytes) else name


def link(settings: Settings, username: str | None) -> str | None:
    """The address that opens the chat; with a Telegram of our own, its chat page."""
    if urlsplit(settings.telegram_api_url).hostname in _LOCAL:
        return settings.telegram_api_url.rstrip("/") + "/"
    return f"https://t.me/{username}" if username else None


def start_link(settings: Settings, username: str | None, start: str) -> str | None:
    """The address that opens the chat and hands `start` to the bot."""
    if urlsplit(settings.telegram_api_url).hostname in _LOCAL or not username:
        return None
    return f"https://t.me/{username}?start={start}"
