"""A repetition and its time, typed together."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.scheduling.recurrence import Recurrence
from core.scheduling.rhythms import Rhythm, read_rhythm
from tests.core.scheduling.test_repeats import TYPED, WORKDAYS

MOSCOW = "Europe/Moscow"
DAILY, MONDAYS = Recurrence("days"), Recurrence("weeks", weekdays=(0,))
WEEKDAYS = Recurrence("weeks", weekdays=WORKDAYS)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(MOSCOW)).astimezone(UTC)


NOW = at("2026-11-25 14:00")  # a Wednesday


@pytest.mark.parametrize(
    ("typed", "rule", "start"),
    [
        ("каждый день в 9", DAILY, "2026-11-26 09:00"),
        ("в 18:30 каждый день", DAILY, "2026-11-25 18:30"),
        ("ежедневно 9:00", DAILY, "2026-11-26 09:00"),
        ("каждое утро в 8", DAILY, "2026-11-26 08:00"),
        ("каждый день с 1 декабря в 10", DAILY, "2026-12-01 10:00"),
        ("по понедельникам в 10:30", MONDAYS, "2026-11-30 10:30"),
        ("пн 10:30", MONDAYS, "2026-11-30 10:30"),
        ("пн-пт 9:00", WEEKDAYS, "2026-11-26 09:00"),
        ("по будням в 9 утра", WEEKDAYS, "2026-11-26 09:00"),
        ("15 числа каждого месяца в 10", Recurrence("months", day=15), "2026-12-15 10:00"),
        ("каждый год 8 марта", Recurrence("months", 12), "2027-03-08 09:00"),
        ("в первый понедельник месяца в 9", Recurrence("months", nth=(1, 0)), "2026-12-07 09:00"),
        ("каждые 2 часа с 9", Recurrence("hours", 2), "2026-11-26 09:00"),
        ("раз в 2 недели по понедельникам в 9", replace(MONDAYS, every=2), "2026-11-30 09:00"),
        ("every day at 9", DAILY, "2026-11-26 09:00"),
        ("at 6pm daily", DAILY, "2026-11-25 18:00"),
        ("every monday at 10:30", MONDAYS, "2026-11-30 10:30"),
        ("weekly on Mondays at 10", MONDAYS, "2026-11-30 10:00"),
        ("every second monday", replace(MONDAYS, every=2), "2026-11-30 14:00"),
        ("monday through friday at 9", WEEKDAYS, "2026-11-26 09:00"),
        ("monthly on the 15th", Recurrence("months"), "2026-12-15 09:00"),
        ("every friday evening", Recurrence("weeks", weekdays=(4,)), "2026-11-27 19:00"),
        ("every day", DAILY, None),
    ],
)
def test_it_sets_both(typed: str, rule: Recurrence, start: str | None) -> None:
    assert read_rhythm(typed, MOSCOW, NOW) == Rhythm(rule, at(start) if start else None)


def test_an_end_may_follow() -> None:
    found = read_rhythm("every day at 9 until 31 December", MOSCOW, NOW)
    assert found == Rhythm(replace(DAILY, ends_at=at("2026-12-31 23:59")), at("2026-11-26 09:00"))


def test_a_time_alone_keeps_the_day_that_was_planned() -> None:
    planned = at("2026-12-25 18:00")
    assert read_rhythm("каждый день в 9", MOSCOW, NOW, planned).start == at("2026-12-25 09:00")
    assert read_rhythm("каждый день с 1.12", MOSCOW, NOW, planned).start == at("2026-12-01 09:00")


@pytest.mark.parametrize("typed", ["завтра в 9", "every day at 25", "как-нибудь", "в 9 и ещё раз"])
def test_the_unreadable_is_refused_as_a_repetition(typed: str) -> None:
    with pytest.raises(Invalid, match="as a repetition"):
        read_rhythm(typed, MOSCOW, NOW)


TIMES = st.sampled_from(
    ["", "в 9", "at 9:30", "с 1 декабря", "until 31.12", "пн", "утром", "25:00"]
)


@given(TYPED, TIMES, TIMES, st.none() | st.just(at("2026-12-25 18:00")))
def test_any_words_give_a_start_to_come_or_a_refusal(
    typed: str, before: str, after: str, planned: datetime | None
) -> None:
    with suppress(Invalid):
        found = read_rhythm(f"{before} {typed} {after}", MOSCOW, NOW, planned)
        assert found.start is None or found.start >= NOW
