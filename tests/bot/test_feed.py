"""Updates on their way: answered at once, confirmed to Telegram once they are on the disk."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import TelegramMethod
from sqlalchemy import event

from bot.app import make_dispatcher
from bot.feed import Feed
from bot.incoming import GetPayloads
from bot.polling import poll
from core.bootstrap import Deps
from core.db import open_engine
from demo.stand.serve import DEMO_TOKEN

SAID = {"INSERT INTO telegram_updates": "written down", "pg_logical_emit_message": "on the disk"}


class Telegram(BaseSession):
    """Has one update, and notes when it is asked for those that follow."""

    def __init__(self, order: list[str], stop: asyncio.Event) -> None:
        super().__init__()
        self._order, self._stop = order, stop

    async def make_request(
        self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None
    ) -> Any:
        assert isinstance(method, GetPayloads)
        if method.offset is None:
            return [{"update_id": 7}]
        self._order.append(f"confirmed below {method.offset}")
        self._stop.set()
        return []

    def stream_content(self, *_args: Any, **_options: Any) -> AsyncGenerator[bytes, None]:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing is open."""


async def test_an_update_is_confirmed_once_it_is_on_the_disk(database_url: str, deps: Deps) -> None:
    order: list[str] = []

    def note(query: Any) -> None:
        order.extend(word for part, word in SAID.items() if part in query.query)

    engine, stop = open_engine(database_url), asyncio.Event()
    event.listen(
        engine.sync_engine,
        "connect",
        lambda connection, _record: connection.driver_connection.add_query_logger(note),
    )
    noting, telegram = replace(deps, engine=engine), Bot(DEMO_TOKEN, session=Telegram(order, stop))
    feed = Feed(noting, telegram, make_dispatcher(noting))
    await poll(telegram, feed, [], stop)
    await feed.drain()
    assert order == ["written down", "on the disk", "confirmed below 8"]
    await engine.dispose()
