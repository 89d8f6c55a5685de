"""What the screens of mailings say, without a conversation."""

import pytest

from bot.mailings import phrases, report_screens, segment_screens
from bot.mailings.plan import Plan
from bot.mailings.run_phrases import finished_run, going_run
from core.i18n import translator
from core.mailings.audience import Audience
from core.mailings.ledger import RunView
from core.mailings.segments import Segment
from tests.factories import NOW

RU = translator("ru")


def run_of(**counts: int) -> RunView:
    return RunView(1, "sending", NOW, NOW, None, None, counts=counts)


def test_large_numbers_are_grouped_in_every_line() -> None:
    [line, *_rest] = going_run(RU, run_of(sent=12_000, queued=38_000), NOW, stopped=True)
    assert "12\xa0000 из 50\xa0000" in line
    [line, *_rest] = finished_run(RU, run_of(sent=49_999, failed=1), "Europe/Moscow", NOW)
    assert "отправлено 49\xa0999 из 50\xa0000" in line
    assert phrases.who(RU, Plan(1), Audience(50_000)) == "все активные · 50\xa0000"
    tags = segment_screens.choose(RU, Segment(), [("vip", 20_000)], 0, Audience(50_000), "")
    assert tags.rows[0][0].label == "☐ vip · 20\xa0000"
    lands = segment_screens.lands(RU, Segment(), [("RU", 20_000)], 0, Audience(50_000))
    assert str(lands.rows[0][0].label).endswith("Россия · 20\xa0000")


@pytest.mark.parametrize(
    ("cause", "n", "said"),
    [
        ("gone", 2, "2 адреса не существуют."),
        ("gone", 5, "5 адресов не существует."),
        ("other", 1, "1 письмо не принято, причина неясна;"),
        ("other", 3, "3 письма не приняты, причина неясна;"),
        ("other", 5, "5 писем не принято, причина неясна;"),
    ],
)
def test_a_cause_is_told_with_the_right_endings(cause: str, n: int, said: str) -> None:
    assert report_screens.FAILED[cause](RU, n).startswith(said)  # type: ignore[index]
