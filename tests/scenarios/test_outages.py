"""Services go away and come back under a bot that runs; the bot comes back by itself."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bot.app import run_bot
from bot.kit.memory import forget_all
from bot.messages.callbacks import MessageAction
from core.bootstrap import Deps, build
from core.embedded import valkey
from core.settings import Settings
from core.tasks import Background
from demo.stand.limits import Limits
from demo.stand.person import Person
from demo.stand.serve import DEMO_TOKEN, Running, serve_stand
from tests.bot.owners import register
from tests.scenarios.talk import Talk
from tests.workers.proxy import Proxy

BACK = 30  # seconds a bot may take to come back


def settings(url: str, **fields: Any) -> Settings:
    return Settings(
        bot_token=SecretStr(DEMO_TOKEN),
        telegram_api_url=url,
        secret_key=SecretStr("a key for tests only, long enough"),
        **fields,
    )


@asynccontextmanager
async def answering(url: str, database_url: str, redis_url: str) -> AsyncIterator[Deps]:
    """A bot in this process."""
    deps = build(settings(url), database_url, redis_url)
    stop, background = asyncio.Event(), Background()
    running = background.start(run_bot(deps, stop), "bot")
    try:
        yield deps
        assert not running.done(), running.exception()
    finally:
        stop.set()
        await asyncio.wait_for(running, 15)
        await deps.aclose()


async def greeted(person: Person) -> None:
    await person.type("/start")
    await person.wait_for("Центр рассылок", timeout=BACK)


async def test_telegram_that_is_away_at_the_start_is_waited_for(
    database_url: str, redis_url: str
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with answering(f"http://127.0.0.1:{port}", database_url, redis_url):
        await asyncio.sleep(1)
        async with serve_stand(port=port, limits=Limits(1000, 1000, 1000, 1000)) as stand:
            await greeted(stand.person())


async def test_a_refused_token_ends_the_bot_in_words(
    stand: Running, database_url: str, redis_url: str
) -> None:
    other = settings(stand.url).model_copy(update={"bot_token": SecretStr(f"7:{'x' * 30}")})
    deps = build(other, database_url, redis_url)
    with pytest.raises(ExceptionGroup) as ended:
        await asyncio.wait_for(run_bot(deps, asyncio.Event()), 15)
    await deps.aclose()
    assert "BOT_TOKEN" in str(ended.value.exceptions[0])


async def test_a_database_that_restarts_loses_no_answer(
    stand: Running, database_url: str, redis_url: str
) -> None:
    address = make_url(database_url)
    if not address.port:
        pytest.skip("the embedded PostgreSQL has no port to stand before")
    wire = Proxy(address.port)
    await wire.mend()
    through = address.set(port=wire.port).render_as_string(hide_password=False)
    async with answering(stand.url, through, redis_url):
        anna = stand.person()
        await greeted(anna)
        wire.cut()
        await anna.type("/help")
        await asyncio.sleep(3)
        await wire.mend()
        await anna.wait_for("Как это работает", timeout=BACK)
        await greeted(stand.person(2))
    wire.cut()


async def test_a_redis_that_restarts_loses_no_answer(
    stand: Running, database_url: str, tmp_path: Path
) -> None:
    async with valkey(tmp_path) as url:
        pass
    async with answering(stand.url, database_url, url):
        anna = stand.person()
        await anna.type("/start")
        await asyncio.sleep(1)
        async with valkey(tmp_path):
            await anna.wait_for("Центр рассылок", timeout=BACK)
            await anna.tap("Зарегистрироваться")
            await anna.wait_for("1 из 5")
        await anna.type("Анна Петрова")
        await asyncio.sleep(1)
        async with valkey(tmp_path) as again:
            assert again == url
            await anna.wait_for("2 из 5", timeout=BACK)


async def test_an_emptied_redis_is_not_noticed(bot: Deps, stand: Running) -> None:
    owner = await register(bot, stand.person(), name="Anna")
    talk = Talk(bot, owner.person, "ru")
    await talk.press(MessageAction(verb="new"))
    await bot.redis.flushdb()
    seen = await talk.type("Скидки до воскресенья")
    assert "Текст принят" in seen.text


async def empty(deps: Deps) -> None:
    """And the bot has begun anew since."""
    await deps.redis.flushdb()
    forget_all()


async def test_an_emptied_redis_and_a_new_bot_leave_a_way_on(bot: Deps, stand: Running) -> None:
    owner = await register(bot, stand.person(), name="Anna")
    talk = Talk(bot, owner.person, "ru")
    await talk.press(MessageAction(verb="new"))
    await empty(bot)
    seen = await talk.type("Скидки до воскресенья")
    assert "не жду текста" in seen.text
    assert "Новая рассылка" in seen.buttons
    await talk.press(MessageAction(verb="new"))
    await talk.type("Скидки\n\nВсё дешевле")
    await empty(bot)
    said = await talk.press(MessageAction(verb="take_subject"))
    assert "состояние изменилось" in said or "устарел" in said, said
    assert talk.shown.buttons
