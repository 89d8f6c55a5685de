"""What people read about repetitions, moments and spans, in both languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.i18n import Translator, translator
from core.scheduling.phrases import bar, describe, duration, moment
from core.scheduling.rules import Recurrence

BERLIN = "Europe/Berlin"
RU, EN = translator("ru"), translator("en")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


START = at("2026-12-25 10:30")  # a Friday
END_OF_YEAR = at("2026-12-31 23:59")


@pytest.mark.parametrize(
    ("rec", "ru", "en"),
    [
        (
            Recurrence("once"),
            "один раз, 25 декабря 2026 в 10:30",
            "once, 25 December 2026 at 10:30",
        ),
        (Recurrence("minutes"), "каждую минуту", "every minute"),
        (Recurrence("minutes", 15), "каждые 15 минут", "every 15 minutes"),
        (Recurrence("hours", 2), "каждые 2 часа", "every 2 hours"),
        (Recurrence("hours", 21), "каждые 21 час", "every 21 hours"),
        (
            Recurrence("days"),
            "каждый день в 10:30, Берлин",
            "every day at 10:30, Berlin",
        ),
        (
            Recurrence("days", 3),
            "каждые 3 дня в 10:30, Берлин",
            "every 3 days at 10:30, Berlin",
        ),
        (
            Recurrence("weeks", weekdays=(0, 1, 2, 3, 4)),
            "каждый будний день в 10:30, Берлин",
            "every weekday at 10:30, Berlin",
        ),
        (
            Recurrence("weeks", weekdays=(0, 1, 2, 3, 4, 5, 6)),
            "каждый день в 10:30, Берлин",
            "every day at 10:30, Berlin",
        ),
        (
            Recurrence("weeks", weekdays=(1, 4)),
            "по вторникам и пятницам в 10:30, Берлин",
            "on Tuesdays and Fridays at 10:30, Berlin",
        ),
        (
            Recurrence("weeks", 2, weekdays=(0, 2, 6)),
            "каждые 2 недели по понедельникам, средам и воскресеньям в 10:30, Берлин",
            "every 2 weeks on Mondays, Wednesdays and Sundays at 10:30, Berlin",
        ),
        (
            Recurrence("weeks"),
            "по пятницам в 10:30, Берлин",
            "on Fridays at 10:30, Berlin",
        ),
        (
            Recurrence("months"),
            "каждое 25-е в 10:30, Берлин",
            "every 25th of the month at 10:30, Berlin",
        ),
        (
            Recurrence("months", day=31),
            "каждое 31-е (в коротких месяцах — последний день) в 10:30, Берлин",
            "every 31st of the month (the last day in shorter months) at 10:30, Berlin",
        ),
        (
            Recurrence("months", 3, day=11),
            "каждые 3 месяца 11-го числа в 10:30, Берлин",
            "every 3 months on the 11th at 10:30, Berlin",
        ),
        (
            Recurrence("months", day=-1),
            "каждый месяц в последний день в 10:30, Берлин",
            "every month on the last day at 10:30, Berlin",
        ),
        (
            Recurrence("months", nth=(2, 1)),
            "каждый месяц во второй вторник в 10:30, Берлин",
            "every month on the second Tuesday at 10:30, Berlin",
        ),
        (
            Recurrence("months", 6, nth=(-1, 2)),
            "каждые 6 месяцев в последнюю среду в 10:30, Берлин",
            "every 6 months on the last Wednesday at 10:30, Berlin",
        ),
        (
            Recurrence("months", 12),
            "каждый год 25 декабря в 10:30, Берлин",
            "every year on 25 December at 10:30, Berlin",
        ),
        (
            Recurrence("cron", cron="30 9 * * MON-FRI"),
            "по выражению cron 30 9 * * MON-FRI, Берлин",
            "by the cron expression 30 9 * * MON-FRI, Berlin",
        ),
        (
            Recurrence("days", ends_at=END_OF_YEAR),
            "каждый день в 10:30, Берлин, по 31 декабря 2026",
            "every day at 10:30, Berlin, until 31 December 2026",
        ),
        (
            Recurrence("hours", ends_at=at("2026-12-31 18:00")),
            "каждый час, до 31 декабря 2026 в 18:00",
            "every hour, until 31 December 2026 at 18:00",
        ),
        (
            Recurrence("minutes", 5, count=3),
            "каждые 5 минут, всего 3 раза",
            "every 5 minutes, 3 times in all",
        ),
    ],
)
def test_a_recurrence_reads_like_a_sentence(rec: Recurrence, ru: str, en: str) -> None:
    assert describe(rec, START, BERLIN, RU) == ru
    assert describe(rec, START, BERLIN, EN) == en


def test_a_leap_day_is_named_with_what_other_years_do() -> None:
    phrase = describe(Recurrence("months", 12), at("2028-02-29 09:00"), BERLIN, EN)
    assert phrase == ("every year on 29 February (the last day in shorter months) at 09:00, Berlin")


def test_every_weekday_of_a_month_has_its_russian_form() -> None:
    for which in (1, 2, 3, 4, -1):
        for weekday in range(7):
            phrase = describe(Recurrence("months", nth=(which, weekday)), START, BERLIN, RU)
            assert not set(phrase.split(" в 10:30")[0]) & set("abcdefghijklmnopqrstuvwxyz")


def test_the_time_of_day_is_the_owners() -> None:
    phrase = describe(Recurrence("days"), at("2026-07-01 09:00"), "Asia/Yekaterinburg", EN)
    assert phrase == "every day at 12:00, Yekaterinburg"


@pytest.mark.parametrize(
    ("when", "ru", "en"),
    [
        ("2026-12-25 14:10", "сегодня в 14:10", "today at 14:10"),
        ("2026-12-26 09:00", "завтра в 09:00", "tomorrow at 09:00"),
        ("2026-12-24 23:59", "вчера в 23:59", "yesterday at 23:59"),
        ("2026-12-29 10:30", "29 декабря в 10:30", "29 December at 10:30"),
        ("2027-01-09 10:30", "9 января 2027 в 10:30", "9 January 2027 at 10:30"),
    ],
)
def test_a_moment_is_told_from_today(when: str, ru: str, en: str) -> None:
    now = at("2026-12-25 00:05")  # still the day before in UTC
    assert moment(at(when), BERLIN, RU, now) == ru
    assert moment(at(when), BERLIN, EN, now) == en


@pytest.mark.parametrize(
    ("seconds", "ru", "en"),
    [
        (-5, "0:00", "0:00"),
        (58.9, "0:58", "0:58"),
        (119, "1:59", "1:59"),
        (120, "2 мин", "2 min"),
        (9 * 3600 + 14 * 60 + 30, "9 ч 14 мин", "9 h 14 min"),
        (7200, "2 ч", "2 h"),
        (86_400 * 3 + 3600 * 4 + 600, "3 дн. 4 ч", "3 d 4 h"),
        (86_400, "1 дн.", "1 d"),
    ],
)
def test_a_span_has_two_parts_at_most(seconds: float, ru: str, en: str) -> None:
    assert duration(timedelta(seconds=seconds), RU) == ru
    assert duration(timedelta(seconds=seconds), EN) == en


@pytest.mark.parametrize(
    ("fraction", "drawn"),
    [(0, "▱▱▱▱▱"), (0.6, "▰▰▰▱▱"), (0.999, "▰▰▰▰▱"), (1, "▰▰▰▰▰"), (7, "▰▰▰▰▰"), (-1, "▱▱▱▱▱")],
)
def test_a_bar_is_full_only_when_all_is_done(fraction: float, drawn: str) -> None:
    assert bar(fraction, 5) == drawn


@pytest.mark.parametrize("_", [RU, EN])
def test_what_a_person_typed_never_becomes_markup(_: Translator) -> None:
    rec = Recurrence("cron", cron="0 9 * * 1")
    object.__setattr__(rec, "cron", "<b>")
    assert "&lt;b&gt;" in describe(rec, START, BERLIN, _)
