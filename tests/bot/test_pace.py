import asyncio

from aiogram.methods import AnswerCallbackQuery, SendMessage

from bot.pace import MOST, Pace
from core.tasks import Background


def test_what_can_wait_leaves_room_for_answers() -> None:
    now = 100.0
    pace = Pace(lambda: now)
    for _ in range(MOST):
        assert pace.wait() == 0
        pace.count(SendMessage(chat_id=1, text="x"))
        pace.count(AnswerCallbackQuery(callback_query_id="1"))  # Telegram counts none of these
        now += 0.01
    assert 0.7 < pace.wait() < 0.8
    now += 0.9
    assert pace.wait() == 0


async def test_what_can_wait_goes_now_and_then_where_people_never_leave_room() -> None:
    pace, background = Pace(), Background()
    background.start(_talk(pace), "people")
    while not pace.wait():  # noqa: ASYNC110  nothing tells of it
        await asyncio.sleep(0)
    async with asyncio.timeout(1):
        await pace.room()
    assert pace.wait()
    await background.aclose()


async def _talk(pace: Pace) -> None:
    while True:
        for _ in range(MOST):
            pace.count(SendMessage(chat_id=1, text="x"))
        await asyncio.sleep(0.01)
