"""Telegram fails for a moment or is away for longer: nothing is lost, and nothing is said twice."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import select

from bot.app import make_bot, run_bot
from bot.feed import SIDE_BY_SIDE
from core.bootstrap import Deps
from core.settings import Settings
from core.tasks import Background
from core.updates.models import TelegramUpdate
from demo.serving import serve
from demo.stand.person import Person
from demo.stand.serve import DEMO_TOKEN, Running
from tests.bot.conftest import Meet
from tests.bot.gateway import EVERYTHING, Fault, Faulty, behind_gateway, times
from tests.bot.test_manners import until

LINE = "мой ответ мог не дойти"


@pytest.fixture
async def stand(stand: Running) -> AsyncIterator[Faulty]:
    async with behind_gateway(stand) as faulty:
        yield faulty


async def asked_for_the_name(person: Person) -> None:
    await person.start()
    await person.wait_for("Центр рассылок")
    await person.tap("Зарегистрироваться")
    await person.wait_for("1 из 5")


@pytest.mark.parametrize("fault", ["refused", "cut", "lost"])
async def test_a_screen_that_is_turned_bears_a_failure(
    meet: Meet, stand: Faulty, fault: Fault
) -> None:
    anna = meet()
    await anna.start()
    await anna.wait_for("Центр рассылок")
    stand.fail(fault, "editMessageText", times=2)
    answer = await anna.tap("Зарегистрироваться")
    assert stand.failed == ["editMessageText"] * 2
    assert answer is not None
    assert answer.text == ""
    assert "1 из 5" in anna.last.text
    assert times(anna, "1 из 5") == 1


async def test_a_message_that_was_refused_is_sent_again(meet: Meet, stand: Faulty) -> None:
    anna = meet()
    await asked_for_the_name(anna)
    stand.fail("refused", "sendMessage", times=3)
    await anna.type("Анна Петрова")
    await anna.wait_for("2 из 5")
    assert len(stand.failed) == 3
    assert times(anna, "2 из 5") == 1


async def test_a_message_that_arrived_unanswered_is_not_sent_again(
    meet: Meet, stand: Faulty
) -> None:
    anna = meet()
    await asked_for_the_name(anna)
    stand.fail("lost", "sendMessage", times=1)
    await anna.type("Анна Петрова")
    await anna.wait_for(LINE)
    assert times(anna, "2 из 5") == 1
    assert times(anna, LINE) == 1
    await anna.type("anna@example.org")
    await anna.wait_for("3 из 5")


async def test_who_did_not_get_a_message_is_told_how_to_see_it(meet: Meet, stand: Faulty) -> None:
    anna = meet()
    await asked_for_the_name(anna)
    stand.fail("cut", "sendMessage", times=1)
    await anna.type("Анна Петрова")
    await anna.wait_for(LINE)
    assert times(anna, "2 из 5") == 0
    await anna.type("/help")
    await anna.wait_for("2 из 5")


async def test_an_answer_waits_until_telegram_is_back(meet: Meet, stand: Faulty) -> None:
    anna, boris = meet(), meet(2)
    await asked_for_the_name(anna)
    await asked_for_the_name(boris)
    stand.fail("refused", *EVERYTHING)
    await anna.type("Анна Петрова")
    await boris.type("Борис Петров")
    await until(lambda: "getMe" in stand.failed)
    stand.mend()
    for person in (anna, boris):
        await person.wait_for("2 из 5")
        assert times(person, "2 из 5") == 1
        assert times(person, LINE) == 0


async def all_settled(deps: Deps) -> None:
    open_ = select(TelegramUpdate.update_id).where(TelegramUpdate.done_at.is_(None))
    async with asyncio.timeout(10), deps.sessions() as tx:
        while await tx.scalar(open_.limit(1)):  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.02)


async def test_a_chat_that_stays_out_of_reach_is_told_at_the_next_message(
    bot: Deps, meet: Meet, stand: Faulty
) -> None:
    anna, boris = meet(), meet(2)
    await asked_for_the_name(anna)
    stand.fail("refused", "send", chat=anna.chat.id)
    await anna.type("Анна Петрова")
    await asked_for_the_name(boris)  # meanwhile
    await all_settled(bot)
    stand.mend()
    await anna.type("Анна Петрова")
    await anna.wait_for("то, что вы прислали сейчас, я не принял")
    await anna.type("/help")
    await anna.wait_for("2 из 5")
    await anna.type("anna@example.org")
    await anna.wait_for("3 из 5")


async def test_a_bot_that_is_stopped_meanwhile_leaves_the_answer_to_the_next(
    deps: Deps, stand: Faulty
) -> None:
    anna, background = stand.person(), Background()
    stop = asyncio.Event()
    running = background.start(run_bot(deps, stop), "bot")
    await asked_for_the_name(anna)
    stand.fail("refused", *EVERYTHING)
    await anna.type("Анна Петрова")
    await until(lambda: "getMe" in stand.failed)
    stop.set()
    await asyncio.wait_for(running, 3)
    stand.mend()
    stop.clear()
    running = background.start(run_bot(deps, stop), "bot")
    await anna.wait_for("2 из 5")
    assert times(anna, "2 из 5") == 1
    stop.set()
    await asyncio.wait_for(running, 3)


async def test_as_many_people_as_are_answered_at_once_speak_to_telegram_at_once() -> None:
    there, all_there = 0, asyncio.Event()

    async def answer(_request: web.Request) -> web.Response:
        nonlocal there
        there += 1
        if there == SIDE_BY_SIDE:
            all_there.set()
        await all_there.wait()
        return web.json_response({"ok": True, "result": True})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with serve(app, "127.0.0.1", 0) as port:
        url = f"http://127.0.0.1:{port}"
        settings = Settings(bot_token=SecretStr(DEMO_TOKEN), telegram_api_url=url)
        async with make_bot(settings) as bot, asyncio.timeout(3), asyncio.TaskGroup() as group:
            for number in range(SIDE_BY_SIDE):
                group.create_task(bot.answer_callback_query(str(number)))
