"""Quiet hours by each client's clock, and how people type them."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Invalid
from core.mailings.quiet import Quiet, zones
from core.mailings.typed import read_deadline, read_hours

NIGHT = Quiet(22 * 60, 8 * 60)
NOON = Quiet(12 * 60, 14 * 60)


def at(hour: int, minute: int = 0, day: int = 2, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "zone", "until"),
    [
        (NIGHT, at(12), "UTC", None),
        (NIGHT, at(22), "UTC", at(8, day=3)),
        (NIGHT, at(3), "UTC", at(8)),
        (NIGHT, at(8), "UTC", None),
        (NIGHT, at(20), "Europe/Moscow", at(5, day=3)),  # 23:00 there
        (NIGHT, at(20), "America/New_York", None),
        (NIGHT, at(4), "America/New_York", at(13)),  # 23:00 of the day before
        (NOON, at(12, 30), "UTC", at(14)),
        (NOON, at(14), "UTC", None),
        (NIGHT, at(20), "No/Such_Zone", None),  # as UTC
    ],
)
def test_the_next_allowed_minute(
    quiet: Quiet, now: datetime, zone: str, until: datetime | None
) -> None:
    assert quiet.until(now, zone) == until


def test_an_hour_that_the_clock_repeats_ends_later_not_earlier() -> None:
    quiet = Quiet(0, 2 * 60 + 30)
    second_pass = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 for the second time in Berlin
    assert quiet.until(second_pass, "Europe/Berlin") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_minute_that_the_clock_leaves_out_moves_on() -> None:
    quiet = Quiet(22 * 60, 2 * 60 + 30)
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30 in Berlin, 02:30 is left out
    assert quiet.until(before, "Europe/Berlin") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_the_time_that_is_not_quiet_is_counted() -> None:
    assert NIGHT.awake(at(12), at(12, day=4), "UTC") == 2 * 14 * 3600
    assert NIGHT.awake(at(20), at(9, day=3), "Europe/Moscow") == 4 * 3600  # from 8:00 there
    assert NOON.awake(at(12, 30), at(13), "UTC") == 0


def test_every_country_has_a_zone() -> None:
    found = zones()
    assert (found["RU"], found["DE"], len(found) > 200) == ("Europe/Moscow", "Europe/Berlin", True)


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [
        ("22-8", 1320, 480),
        ("с 22 до 8:30", 1320, 510),
        ("from 9:30 to 17", 570, 1020),
        ("10pm – 7am", 1320, 420),
        ("21.15 - 24", 1275, 0),
        ("С 10 вечера до 8 часов утра.", 1320, 480),
        ("between 22 and 8", 1320, 480),
        ("с 22:00 по 8:00", 1320, 480),
        ("10 p.m. to 8 a.m.", 1320, 480),
    ],
)
def test_hours_are_read(typed: str, start: int, end: int) -> None:
    assert read_hours(typed) == Quiet(start, end)


def test_none_can_be_typed_as_well() -> None:
    assert read_hours("без тихих часов") is None
    assert read_deadline("No limit", "UTC", at(9)) is None


@pytest.mark.parametrize("typed", ["", "night", "8-8", "25-3", "22:70-8", "13pm-8", "-5-8"])
def test_unreadable_hours_come_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid, match="as hours"):
        read_hours(typed)


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("3 hours", timedelta(hours=3)),
        ("3 часа", timedelta(hours=3)),
        ("через 2 дня", timedelta(days=2)),
        ("18:00", timedelta(hours=6)),  # at noon in Moscow
        ("tomorrow 12:00", timedelta(days=1)),
        ("до 18:00", timedelta(hours=6)),
        ("within 3 hours", timedelta(hours=3)),
        ("до конца дня", timedelta(hours=11, minutes=59)),
    ],
)
def test_a_deadline_is_a_span_or_a_moment_after_the_start(typed: str, span: timedelta) -> None:
    assert read_deadline(typed, "Europe/Moscow", at(9)) == span


def test_a_deadline_far_away_or_unreadable_is_refused() -> None:
    with pytest.raises(Invalid, match="at most"):
        read_deadline("2 months", "UTC", at(9))
    with pytest.raises(Invalid, match="as a deadline"):
        read_deadline("soon", "UTC", at(9))
