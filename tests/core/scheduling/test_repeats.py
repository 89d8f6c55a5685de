"""Repetitions as typed, in both languages."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import Invalid
from core.scheduling.recurrence import Recurrence
from core.scheduling.repeats import DAYS, WHOLE, read_limit, read_repeat
from core.scheduling.rules import next_after
from core.scheduling.words import UNITS

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
        ("раз в две недели", Recurrence("weeks", 2)),
        ("every other week", Recurrence("weeks", 2)),
        ("every three hours", Recurrence("hours", 3)),
        ("каждые полчаса", Recurrence("minutes", 30)),
        ("по выходным", Recurrence("weeks", weekdays=(5, 6))),
        ("15-го числа каждого месяца", Recurrence("months", day=15)),
        ("on the 15th", Recurrence("months", day=15)),
        ("раз в год", Recurrence("months", 12)),
        ("не повторять", Recurrence("once")),
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
        ("один раз в неделю", Recurrence("weeks")),
        ("once a month", Recurrence("months")),
        ("раз в полгода", Recurrence("months", 6)),
        ("в рабочие дни", Recurrence("weeks", weekdays=WORKDAYS)),
        ("every business day", Recurrence("weeks", weekdays=WORKDAYS)),
        ("пн-пт", Recurrence("weeks", weekdays=WORKDAYS)),
        ("с понедельника по пятницу", Recurrence("weeks", weekdays=WORKDAYS)),
        ("Saturday to Monday", Recurrence("weeks", weekdays=(0, 5, 6))),
        ("каждый второй вторник", Recurrence("weeks", 2, weekdays=(1,))),
        ("every other monday", Recurrence("weeks", 2, weekdays=(0,))),
        ("второй вторник месяца", Recurrence("months", nth=(2, 1))),
        ("last friday of the month", Recurrence("months", nth=(-1, 4))),
        ("каждое первое число", Recurrence("months", day=1)),
        ("в конце месяца", Recurrence("months", day=-1)),
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


@pytest.mark.parametrize(
    ("typed", "cron"),
    [
        ("1 и 15 числа", "0 9 1,15 * *"),
        ("on the 1st and 15th", "0 9 1,15 * *"),
        ("каждый день в 9 и в 18", "0 9,18 * * *"),
        ("twice a day", "0 9,18 * * *"),
    ],
)
def test_what_takes_two_mailings_says_so_with_the_cron_line(typed: str, cron: str) -> None:
    with pytest.raises(Invalid, match="for each of the") as refused:
        read_repeat(typed)
    assert refused.value.fields["cron"] == cron
    assert read_repeat(cron) == Recurrence("cron", cron=cron)


def test_an_end_is_a_date_or_a_number_of_times() -> None:
    now = datetime(2026, 12, 2, 9, tzinfo=UTC)
    rule = read_limit(Recurrence("days", count=3), "31.12", "UTC", now)
    assert rule == Recurrence("days", ends_at=datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    assert read_limit(rule, "10 раз", "UTC", now) == Recurrence("days", count=10)
    assert read_limit(rule, "после 10 раз", "UTC", now) == Recurrence("days", count=10)
    assert read_limit(rule, "ten", "UTC", now) == Recurrence("days", count=10)
    assert read_limit(rule, "на 3 месяца", "UTC", now).ends_at == datetime(
        2027, 3, 2, 9, tzinfo=UTC
    )
    assert read_limit(rule, "never", "UTC", now) == Recurrence("days")
    for typed in ("0 times", "someday", "1.12.2026"):
        with pytest.raises(Invalid):
            read_limit(rule, typed, "UTC", now + timedelta(hours=1))


WORDS = st.sampled_from(
    [*WHOLE, *DAYS, *UNITS, "every", "каждые", "раз в", "по", "15th", "*", "*/7"]
)
TYPED = st.lists(WORDS | st.integers(0, 999_999).map(str), max_size=5).map(" ".join)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    TYPED | st.text(max_size=40),
    st.text(max_size=20) | st.sampled_from(["31.12", "3 times", "5 раз", "29.02.2028", "0 times"]),
    st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia", "America/St_Johns"]),
    MOMENTS,
    MOMENTS,
)
@example(
    "0 0 29 2 *", "31.12", "UTC", datetime(2090, 1, 1, tzinfo=UTC), datetime(2099, 3, 1, tzinfo=UTC)
)
def test_any_repetition_gives_later_dates_or_a_refusal(
    typed: str, limit: str, zone: str, start: datetime, after: datetime
) -> None:
    try:
        rule = read_repeat(typed)
    except Invalid:
        return
    with suppress(Invalid):
        rule = read_limit(rule, limit, zone, start)
    assert Recurrence.from_json(rule.to_json()) == rule
    found = next_after(rule, start, zone, after)
    if found is not None:
        assert found.utcoffset() == timedelta(0)
        assert found > after
        assert found >= start
        assert next_after(rule, start, zone, found - timedelta(microseconds=1)) == found
