"""Typed dates, read in the owner's zone."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.i18n import translator
from core.scheduling.moments import read_end, read_moment

BERLIN = "Europe/Berlin"


def at(text: str, fold: int = 0) -> datetime:
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN), fold=fold)
    return local.astimezone(UTC)


NOW = at("2026-11-25 14:00")  # a Wednesday


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("сейчас", "2026-11-25 14:00"),
        (" Now ", "2026-11-25 14:00"),
        ("завтра 9", "2026-11-26 09:00"),
        ("завтра", "2026-11-26 09:00"),
        ("Завтра в 9.30", "2026-11-26 09:30"),
        ("tomorrow 9am", "2026-11-26 09:00"),
        ("tomorrow at 9:05 pm", "2026-11-26 21:05"),
        ("tomorrow, 12 am", "2026-11-26 00:00"),
        ("tomorrow 12pm", "2026-11-26 12:00"),
        ("послезавтра в 6 вечера", "2026-11-27 18:00"),
        ("day after tomorrow", "2026-11-27 09:00"),
        ("сегодня в 18", "2026-11-25 18:00"),
        ("today 18:30", "2026-11-25 18:30"),
        ("15:00", "2026-11-25 15:00"),
        ("9:00", "2026-11-26 09:00"),
        ("в 9 часов утра", "2026-11-26 09:00"),
        ("9:00 завтра", "2026-11-26 09:00"),
        ("9am tomorrow", "2026-11-26 09:00"),
        ("Завтра, в 9.", "2026-11-26 09:00"),
        ("завтра вечером! 🎄", "2026-11-26 19:00"),
        ("\u200fзавтра в 9ч", "2026-11-26 09:00"),
        ("завтра в девять", "2026-11-26 09:00"),
        ("tomorrow at 9 a.m.", "2026-11-26 09:00"),
        ("tomorrow at noon", "2026-11-26 12:00"),
        ("tonight", "2026-11-25 19:00"),
        ("next monday 9am", "2026-11-30 09:00"),
        ("next friday", "2026-12-04 09:00"),
        ("this friday", "2026-11-27 09:00"),
        ("в следующую среду в 9", "2026-12-02 09:00"),
        ("25/12 10:30", "2026-12-25 10:30"),
        ("12/25/2026 10:30", "2026-12-25 10:30"),
        ("2026-12-25T10:30:00", "2026-12-25 10:30"),
        ("25 декабря 2026 года, 10-30", "2026-12-25 10:30"),
        ("December 25th, 2026 at 10:30", "2026-12-25 10:30"),
        ("10.30", "2026-11-26 10:30"),
        ("через полтора часа", "2026-11-25 15:30"),
        ("in 1.5 hours", "2026-11-25 15:30"),
        ("через два часа", "2026-11-25 16:00"),
        ("через 2ч30м", "2026-11-25 16:30"),
        ("через неделю в 9", "2026-12-02 09:00"),
        ("прямо сейчас", "2026-11-25 14:00"),
        ("пн 9:00", "2026-11-30 09:00"),
        ("в понедельник в 9", "2026-11-30 09:00"),
        ("во вторник", "2026-12-01 09:00"),
        ("monday 9:00", "2026-11-30 09:00"),
        ("on friday at 5 pm", "2026-11-27 17:00"),
        ("среда 15:00", "2026-11-25 15:00"),
        ("wed 9:00", "2026-12-02 09:00"),
        ("25.12 10:30", "2026-12-25 10:30"),
        ("25.12", "2026-12-25 09:00"),
        ("25.12. 10:30", "2026-12-25 10:30"),
        ("25.12.27 10:30", "2027-12-25 10:30"),
        ("25.12.2027, 10:30", "2027-12-25 10:30"),
        ("24.11 10:30", "2027-11-24 10:30"),
        ("25.11 10:30", "2027-11-25 10:30"),
        ("25.11 14:01", "2026-11-25 14:01"),
        ("10:30 25.12", "2026-12-25 10:30"),
        ("2026-12-25 10:30", "2026-12-25 10:30"),
        ("2026-12-25T10:30", "2026-12-25 10:30"),
        ("2026-12-25", "2026-12-25 09:00"),
        ("25 декабря в 10:30", "2026-12-25 10:30"),
        ("25 декабря 2027 г. в 10:30", "2027-12-25 10:30"),
        ("5 мая", "2027-05-05 09:00"),
        ("25 December 10:30", "2026-12-25 10:30"),
        ("Dec 25, 2027 10:30 am", "2027-12-25 10:30"),
        ("29.02 10:00", "2028-02-29 10:00"),
        ("через 2 часа", "2026-11-25 16:00"),
        ("через час", "2026-11-25 15:00"),
        ("через полчаса", "2026-11-25 14:30"),
        ("in 2 hours", "2026-11-25 16:00"),
        ("in an hour", "2026-11-25 15:00"),
        ("in half an hour", "2026-11-25 14:30"),
        ("in 1 h 30 min", "2026-11-25 15:30"),
        ("через 2ч 15мин.", "2026-11-25 16:15"),
        ("через 3 дня", "2026-11-28 14:00"),
        ("через неделю", "2026-12-02 14:00"),
        ("in 3 months", "2027-02-25 14:00"),
        ("завтра к 9", "2026-11-26 09:00"),
        ("на 25 декабря", "2026-12-25 09:00"),
        ("завтра после обеда", "2026-11-26 14:00"),
        ("завтра утром в 8", "2026-11-26 08:00"),
        ("сегодня вечером в 20:30", "2026-11-25 20:30"),
        ("завтра в час ночи", "2026-11-26 01:00"),
        ("завтра в 9 часов 30 минут", "2026-11-26 09:30"),
        ("завтра 17ч30", "2026-11-26 17:30"),
        ("завтра в 9 по мск", "2026-11-26 07:00"),
        ("25-го числа в 10", "2026-12-25 10:00"),
        ("31 числа", "2026-12-31 09:00"),
        ("1-го декабря в 10", "2026-12-01 10:00"),
        ("с понедельника", "2026-11-30 09:00"),
        ("на следующей неделе", "2026-11-30 09:00"),
        ("в среду на следующей неделе", "2026-12-02 09:00"),
        ("25/12/26", "2026-12-25 09:00"),
        ("25-12-2026 10:30", "2026-12-25 10:30"),
        ("25.12.2026г.", "2026-12-25 09:00"),
        ("через пару часов", "2026-11-25 16:00"),
        ("спустя час", "2026-11-25 15:00"),
        ("через сутки", "2026-11-26 14:00"),
        ("через год", "2027-11-25 14:00"),
        ("как можно скорее", "2026-11-25 14:00"),
        ("tonight at 8", "2026-11-25 20:00"),
        ("this evening", "2026-11-25 19:00"),
        ("tomorrow at 9 in the morning", "2026-11-26 09:00"),
        ("9 o'clock", "2026-11-26 09:00"),
        ("half past nine", "2026-11-26 09:30"),
        ("tomorrow 9:00 MSK", "2026-11-26 07:00"),
        ("next week", "2026-11-30 09:00"),
        ("on the 25th at 9am", "2026-12-25 09:00"),
        ("25-Dec-2026", "2026-12-25 09:00"),
        ("2026/12/25", "2026-12-25 09:00"),
        ("30 minutes", "2026-11-25 14:30"),
        ("сегодня ночью", "2026-11-25 23:00"),
        ("сегодня ночью в 2", "2026-11-26 02:00"),
        ("сегодня ночью в 23:30", "2026-11-25 23:30"),
        ("завтра ночью в 2", "2026-11-26 02:00"),
        ("через неделю в понедельник", "2026-12-07 09:00"),
        ("через неделю в среду в 10", "2026-12-02 10:00"),
        ("через две недели в пятницу", "2026-12-11 09:00"),
        ("в понедельник через неделю", "2026-12-07 09:00"),
        ("in 2 weeks on monday at 9", "2026-12-14 09:00"),
        ("завтра в половине десятого", "2026-11-26 09:30"),
        ("полдесятого", "2026-11-26 09:30"),
        ("половина первого", "2026-11-26 12:30"),
        ("в половине восьмого вечера", "2026-11-25 19:30"),
        ("в четверть десятого", "2026-11-26 09:15"),
        ("завтра без четверти девять", "2026-11-26 08:45"),
        ("quarter to one", "2026-11-26 12:45"),
        ("an hour from now", "2026-11-25 15:00"),
        ("in a couple of hours", "2026-11-25 16:00"),
        ("in a year", "2027-11-25 14:00"),
        ("right away", "2026-11-25 14:00"),
        ("at once", "2026-11-25 14:00"),
    ],
)
def test_a_typed_date_is_understood(typed: str, expected: str) -> None:
    assert read_moment(typed, BERLIN, NOW) == at(expected)


def test_months_end_on_the_last_day_of_a_shorter_one() -> None:
    assert read_moment("через месяц", BERLIN, at("2027-01-31 10:00")) == at("2027-02-28 10:00")


def test_days_keep_the_clock_and_hours_elapse_over_a_change() -> None:
    evening = at("2026-10-24 20:00")  # the clock goes back in the night
    assert read_moment("через день", BERLIN, evening) == at("2026-10-25 20:00")
    assert read_moment("через 24 часа", BERLIN, evening) == at("2026-10-25 19:00")


def test_a_skipped_time_moves_on_and_a_repeated_one_is_the_first() -> None:
    assert read_moment("28.03.2027 2:30", BERLIN, NOW) == at("2027-03-28 03:30")
    assert read_moment("31.10.2027 2:30", BERLIN, NOW) == at("2027-10-31 02:30", fold=0)


def test_the_zone_decides_what_today_is() -> None:
    late = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)  # already the 26th in Vladivostok
    found = read_moment("завтра 9", "Asia/Vladivostok", late)
    assert found == datetime(2026, 11, 26, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "could not read"),
        ("как-нибудь", "could not read"),
        ("завтра в час", "could not read"),
        ("32 числа", "no such date"),
        ("in hours 2", "could not read"),
        ("через 2 часа 5", "could not read"),
        ("-1", "could not read"),
        ("вчера", "already past"),
        ("31.02 10:00", "no such date"),
        ("29.02.2027", "no such date"),
        ("25.13", "no such date"),
        ("завтра 25:00", "no such date"),
        ("завтра 13 pm", "no such date"),
        ("через 99999 месяцев", "no such date"),
        ("сегодня 9:00", "already past"),
        ("25.12.2025 10:30", "already past"),
        ("через 0 минут", "already past"),
        ("25.12.2050", "years ahead"),
        ("in 99999 days", "years ahead"),
    ],
)
def test_what_cannot_be_is_refused_with_the_text_typed(typed: str, problem: str) -> None:
    with pytest.raises(Invalid, match=problem) as refused:
        read_moment(typed, BERLIN, NOW)
    for locale in ("ru", "en"):
        told = translator(locale)(refused.value.text, **refused.value.fields)
        assert typed in told.unescape()
    assert re.search("[а-я]{4}", translator("ru")(refused.value.text, **refused.value.fields))


def test_an_end_counts_its_whole_day() -> None:
    assert read_end("31.12", BERLIN, NOW) == at("2026-12-31 23:59")
    assert read_end("сегодня", BERLIN, NOW) == at("2026-11-25 23:59")
    assert read_end("31.12 18:00", BERLIN, NOW) == at("2026-12-31 18:00")
    assert read_end("до 31 декабря", BERLIN, NOW) == at("2026-12-31 23:59")
    assert read_end("until the end of the month", BERLIN, NOW) == at("2026-11-30 23:59")
    assert read_end("до конца года", BERLIN, NOW) == at("2026-12-31 23:59")


@given(st.text(max_size=40) | st.from_regex(r"\A[0-9a-zа-я:. -]{0,20}\Z"))
def test_any_text_gives_a_date_to_come_or_a_refusal(typed: str) -> None:
    with suppress(Invalid):
        assert read_moment(typed, BERLIN, NOW) >= NOW
