"""Long polling: an update is confirmed by asking for the next one, after it is durable."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter

from bot.feed import Feed
from bot.incoming import GetPayloads
from core.db import Json
from core.tasks import finished_first

log = structlog.get_logger(__name__)

WAIT = 25  # seconds Telegram may keep an empty answer back
PAUSE = 2.0  # seconds after a failure


async def poll(bot: Bot, feed: Feed, allowed: list[str], stop: asyncio.Event) -> None:
    """Take updates until `stop`."""
    offset: int | None = None
    while not stop.is_set():
        updates = await finished_first(_get(bot, offset, allowed), stop)
        if not updates:
            continue
        await feed.receive(updates)
        offset = updates[-1]["update_id"] + 1


async def _get(bot: Bot, offset: int | None, allowed: list[str]) -> Sequence[Json]:
    ask = GetPayloads(offset=offset, timeout=WAIT, allowed_updates=allowed)
    try:
        payloads: Any = await bot(ask, request_timeout=WAIT + 10)
        return cast("Sequence[Json]", payloads)
    except TelegramRetryAfter as error:
        await asyncio.sleep(error.retry_after)
    except TelegramAPIError as error:
        log.warning("no updates from Telegram, asking again", reason=error.message)
        await asyncio.sleep(PAUSE)
    return ()
