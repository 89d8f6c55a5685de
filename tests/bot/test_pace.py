from aiogram.methods import AnswerCallbackQuery, SendMessage

from bot.pace import MOST, Pace


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
