"""Repetitions as typed, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Invalid
from core.scheduling.recurrence import Recurrence
from core.scheduling.repeats import read_limit, read_repeat

WORKDAYS = (0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("once", Recurrence("once")),
        ("Один раз", Recurrence("once")),
        ("every day", Recurrence("days")),
        ("ежедневно", Recurrence("days")),
        ("every weekday", Recurrence("weeks", weekdays=WORKDAYS)),
        ("по будням", Recurrence("weeks", weekdays=WORKDAYS)),
        ("every 3 hours", Recurrence("hours", 3)),
        ("каждые 3 часа", Recurrence("hours", 3)),
        ("каждые 15 мин.", Recurrence("minutes", 15)),
        ("раз в 2 недели", Recurrence("weeks", 2)),
        ("каждую неделю", Recurrence("weeks")),
        ("2 weeks", Recurrence("weeks", 2)),
        ("tue fri", Recurrence("weeks", weekdays=(1, 4))),
        ("по вт и пт", Recurrence("weeks", weekdays=(1, 4))),
        ("Пн, ср, пт", Recurrence("weeks", weekdays=(0, 2, 4))),
        ("по средам", Recurrence("weeks", weekdays=(2,))),
        ("каждый вторник", Recurrence("weeks", weekdays=(1,))),
        ("on Mondays and Fridays", Recurrence("weeks", weekdays=(0, 4))),
        ("15 числа", Recurrence("months", day=15)),
        ("каждое 1 число", Recurrence("months", day=1)),
        ("every 31st", Recurrence("months", day=31)),
        ("последний день месяца", Recurrence("months", day=-1)),
        ("30 9 * * MON-FRI", Recurrence("cron", cron="30 9 * * MON-FRI")),
    ],
)
def test_typed_repetitions_are_read(typed: str, rule: Recurrence) -> None:
    assert read_repeat(typed) == rule


@pytest.mark.parametrize(
    "typed", ["", "sometimes", "every 0 days", "0 числа", "45 числа", "пн вс ой", "99 9 * * *"]
)
def test_the_unreadable_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        read_repeat(typed)


def test_an_end_is_a_date_or_a_number_of_times() -> None:
    now = datetime(2026, 12, 2, 9, tzinfo=UTC)
    rule = read_limit(Recurrence("days", count=3), "31.12", "UTC", now)
    assert rule == Recurrence("days", ends_at=datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert read_limit(rule, "10 раз", "UTC", now) == Recurrence("days", count=10)
    for typed in ("0 times", "someday", "1.12.2026"):
        with pytest.raises(Invalid):
            read_limit(rule, typed, "UTC", now + timedelta(hours=1))
