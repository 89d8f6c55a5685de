"""Where the bot is found: the bot itself says it at start, letters and pages link to it."""

from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.settings import Settings

_KEY = "bot:username"
_LOCAL = {"localhost", "127.0.0.1", "::1"}


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
