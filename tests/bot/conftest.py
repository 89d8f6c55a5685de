"""The real dispatcher behind the local Telegram: people type and tap, tests read the chat."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import run_bot
from core.bootstrap import Deps, build_on
from core.settings import Settings
from core.tasks import Background
from demo.stand.limits import Limits
from demo.stand.person import Person
from demo.stand.serve import DEMO_TOKEN, Running, serve_stand
from workers.app import run_worker

Meet = Callable[..., Person]


@pytest.fixture
async def stand() -> AsyncIterator[Running]:
    """A Telegram whose flood limits do not slow tests down."""
    async with serve_stand(limits=Limits(1000, 1000, 1000, 1000)) as running:
        yield running


@pytest.fixture
async def deps(
    request: pytest.FixtureRequest, engine: AsyncEngine, redis_url: str, stand: Running
) -> AsyncIterator[Deps]:
    """Resources on fresh data, talking to the stand; the mark `settings` has a test's own."""
    mark = request.node.get_closest_marker("settings")
    usual: dict[str, Any] = {"mail_from": "center@mail.example"}
    settings = Settings(
        bot_token=SecretStr(DEMO_TOKEN),
        telegram_api_url=stand.url,
        secret_key=SecretStr("a key for tests only, long enough"),
        smtp_host="127.0.0.1",
        smtp_security="none",
        chromium=Path("none"),
        **usual | (dict(mark.kwargs) if mark else {}),
    )
    made = build_on(engine, settings, redis_url, haste=10)
    await made.redis.flushdb()
    yield made
    await made.redis.aclose()


@pytest.fixture
async def bot(deps: Deps) -> AsyncIterator[Deps]:
    """The bot, answering."""
    stop, background = asyncio.Event(), Background()
    running = background.start(run_bot(deps, stop), "bot")
    yield deps
    stop.set()
    await asyncio.wait_for(running, 10)


@pytest.fixture
async def worker(deps: Deps, tmp_path: Path) -> AsyncIterator[None]:
    """Does what the conversations ask for without waiting for it."""
    settings = deps.settings.model_copy(update={"data_dir": tmp_path})
    stop, background = asyncio.Event(), Background()
    running = background.start(
        run_worker(replace(deps, settings=settings), ["mail.tx"], stop), "worker"
    )
    yield
    stop.set()
    await asyncio.wait_for(running, 10)


@pytest.fixture
def meet(bot: Deps, stand: Running) -> Meet:
    """Somebody to talk to the bot: `meet()`, `meet(2)`, `meet(3, "en")`."""
    return stand.person
