"""Dates of recurrences: written cases first, dateutil's rrule as oracle after them."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule, tz
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.scheduling.rules import Recurrence, next_after, upcoming, zone_of

BERLIN = "Europe/Berlin"
_NAMES = (
    "UTC Europe/Moscow Europe/Berlin Europe/London Europe/Lisbon Europe/Istanbul Europe/Kyiv "
    "Europe/Chisinau Europe/Samara Europe/Volgograd Asia/Yekaterinburg Asia/Novosibirsk Asia/Tomsk "
    "Asia/Vladivostok Asia/Sakhalin Asia/Kamchatka Asia/Almaty Asia/Tashkent Asia/Tbilisi "
    "Asia/Yerevan Asia/Baku Asia/Tehran Asia/Dubai Asia/Kolkata Asia/Kathmandu Asia/Dhaka "
    "Asia/Shanghai Asia/Tokyo Asia/Pyongyang Asia/Jerusalem Asia/Beirut Asia/Amman Africa/Cairo "
    "Africa/Casablanca Africa/Windhoek Africa/Lagos Atlantic/Azores America/New_York "
    "America/Chicago America/Denver America/Los_Angeles America/St_Johns America/Havana "
    "America/Sao_Paulo America/Asuncion America/Santiago America/Caracas America/Nuuk "
    "Australia/Lord_Howe Australia/Sydney Pacific/Auckland Pacific/Chatham Pacific/Apia "
    "Pacific/Kiritimati"
)
ZONES = _NAMES.split()


def at(text: str, zone: str = BERLIN, fold: int = 0) -> datetime:
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return local.astimezone(UTC)


def shown(dates: list[datetime], zone: str = BERLIN) -> list[str]:
    return [f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" for moment in dates]


def first_five(rec: Recurrence, start: datetime, zone: str = BERLIN) -> list[str]:
    return shown(upcoming(rec, start, zone, start - timedelta(seconds=1)), zone)


def test_once_is_its_start_and_then_over() -> None:
    start = at("2026-12-25 10:30")
    assert next_after(Recurrence("once"), start, BERLIN, start - timedelta(days=9)) == start
    assert next_after(Recurrence("once"), start, BERLIN, start) is None


def test_a_day_keeps_its_wall_clock_time_over_both_changes() -> None:
    assert first_five(Recurrence("days"), at("2026-03-28 09:00"))[:2] == [
        "2026-03-28 09:00",
        "2026-03-29 09:00",
    ]
    autumn = upcoming(Recurrence("days"), at("2026-10-24 09:00"), BERLIN, at("2026-10-24 00:00"), 2)
    assert autumn[1] - autumn[0] == timedelta(hours=25)


def test_a_time_that_the_clock_skips_runs_once_moved_by_the_skip() -> None:
    assert first_five(Recurrence("days"), at("2026-03-28 02:30"))[:3] == [
        "2026-03-28 02:30",
        "2026-03-29 03:30",
        "2026-03-30 02:30",
    ]


def test_a_time_that_the_clock_repeats_runs_once_at_the_first_pass() -> None:
    dates = upcoming(Recurrence("days"), at("2026-10-24 02:30"), BERLIN, at("2026-10-24 12:00"), 2)
    assert dates == [at("2026-10-25 02:30", fold=0), at("2026-10-26 02:30")]


def test_a_start_in_the_second_pass_runs_then_and_later_takes_first_passes() -> None:
    start = at("2026-10-25 02:30", fold=1)
    rec = Recurrence("days", every=364)
    assert upcoming(rec, start, BERLIN, start - timedelta(hours=9), 2) == [
        start,
        at("2027-10-24 02:30"),
    ]
    a_year_ago = at("2025-10-26 02:30", fold=1)
    assert next_after(rec, a_year_ago, BERLIN, a_year_ago) == at("2026-10-25 02:30", fold=0)


def test_a_day_that_a_zone_left_out_of_its_calendar_does_not_run_twice() -> None:
    zone = "Pacific/Apia"  # 30 December 2011 did not exist there
    assert first_five(Recurrence("days"), at("2011-12-28 09:00", zone), zone)[:4] == [
        "2011-12-28 09:00",
        "2011-12-29 09:00",
        "2011-12-31 09:00",
        "2012-01-01 09:00",
    ]


def test_a_time_skipped_at_the_end_of_a_day_is_found_from_the_next_day_too() -> None:
    zone = "America/Nuuk"  # 23:00 was followed by 00:00 on 30 March 2024
    moved = at("2024-03-31 00:30", zone)
    start = at("2024-03-01 23:30", zone)
    assert next_after(Recurrence("days"), start, zone, at("2024-03-31 00:10", zone)) == moved


def test_hours_and_minutes_are_elapsed_time() -> None:
    assert first_five(Recurrence("hours", every=12), at("2026-03-28 20:00"))[:3] == [
        "2026-03-28 20:00",
        "2026-03-29 09:00",
        "2026-03-29 21:00",
    ]
    quarter = Recurrence("minutes", every=15)
    dates = upcoming(quarter, at("2026-10-25 02:45"), BERLIN, at("2026-10-25 02:45"), 4)
    assert dates[0] == at("2026-10-25 02:00", fold=1)
    assert {b - a for a, b in pairwise(dates)} == {timedelta(minutes=15)}


def test_the_31st_is_the_last_day_of_shorter_months_where_rrule_skips_them() -> None:
    start = at("2027-01-31 10:00")
    dates = first_five(Recurrence("months", day=31), start)
    assert [text[5:10] for text in dates] == ["01-31", "02-28", "03-31", "04-30", "05-31"]
    skipping = rrule.rrule(rrule.MONTHLY, dtstart=start, count=3)
    assert [f"{day:%m-%d}" for day in skipping] == ["01-31", "03-31", "05-31"]


def test_the_last_day_and_leap_days() -> None:
    last = first_five(Recurrence("months", day=-1), at("2028-01-15 10:00"))
    assert [text[5:10] for text in last] == ["01-31", "02-29", "03-31", "04-30", "05-31"]
    yearly = first_five(Recurrence("months", every=12), at("2028-02-29 10:00"))
    assert [text[:10] for text in yearly] == [
        "2028-02-29",
        "2029-02-28",
        "2030-02-28",
        "2031-02-28",
        "2032-02-29",
    ]


def test_a_month_without_a_day_takes_the_day_of_its_start() -> None:
    assert first_five(Recurrence("months", every=3), at("2026-11-30 08:00"))[:2] == [
        "2026-11-30 08:00",
        "2027-02-28 08:00",
    ]


def test_the_second_tuesday_and_the_last_friday() -> None:
    start = at("2026-11-24 09:00")
    tuesdays = first_five(Recurrence("months", nth=(2, 1)), start)
    assert [text[:10] for text in tuesdays[:3]] == ["2026-12-08", "2027-01-12", "2027-02-09"]
    fridays = first_five(Recurrence("months", nth=(-1, 4)), start)
    assert [text[:10] for text in fridays[:3]] == ["2026-11-27", "2026-12-25", "2027-01-29"]


def test_weekdays_begin_with_the_first_one_after_the_start() -> None:
    rec = Recurrence("weeks", weekdays=(4, 1, 4))
    assert rec.weekdays == (1, 4)
    assert [text[:10] for text in first_five(rec, at("2026-11-25 09:00"))[:3]] == [
        "2026-11-27",
        "2026-12-01",
        "2026-12-04",
    ]


def test_cron_runs_in_the_zone_once_a_day_on_both_changes() -> None:
    rec = Recurrence("cron", cron="30 2 * * *")
    spring = upcoming(rec, at("2026-03-28 12:00"), BERLIN, at("2026-03-28 12:00"), 2)
    assert shown(spring) == ["2026-03-29 03:00", "2026-03-30 02:30"]
    autumn = upcoming(rec, at("2026-10-24 12:00"), BERLIN, at("2026-10-24 12:00"), 2)
    assert autumn == [at("2026-10-25 02:30", fold=0), at("2026-10-26 02:30")]


def test_cron_never_answers_with_a_date_behind_the_one_asked() -> None:
    rec = Recurrence("cron", cron="30 2 * * *")
    after = at("2026-10-25 02:15", fold=1)
    assert next_after(rec, at("2026-10-01 00:00"), BERLIN, after) == at("2026-10-26 02:30")


def test_cron_waits_for_the_start_and_includes_it() -> None:
    rec = Recurrence("cron", cron="0 9 * * MON-FRI")
    start = at("2026-11-27 09:00")
    assert first_five(rec, start)[:2] == ["2026-11-27 09:00", "2026-11-30 09:00"]
    assert next_after(rec, start, BERLIN, start - timedelta(days=9)) == start


def test_the_end_date_is_included_and_nothing_follows_it() -> None:
    rec = Recurrence("days", ends_at=at("2026-12-02 09:00"))
    assert first_five(rec, at("2026-11-30 09:00"))[-1] == "2026-12-02 09:00"
    assert len(first_five(rec, at("2026-11-30 09:00"))) == 3


def test_a_count_leaves_what_is_not_done_yet() -> None:
    rec = Recurrence("days", count=3)
    start = at("2026-11-30 09:00")
    assert len(upcoming(rec, start, BERLIN, start, 5, done=1)) == 2
    assert next_after(rec, start, BERLIN, start, done=3) is None


def test_a_far_date_costs_no_walk_from_the_start() -> None:
    start, far = at("1990-01-01 09:00"), at("2990-01-01 09:00")
    rules = [Recurrence("minutes"), Recurrence("days"), Recurrence("weeks", weekdays=(1,))]
    began = process_time()
    for rec in [*rules, Recurrence("months", nth=(-1, 2))] * 100:
        found = next_after(rec, start, BERLIN, far)
        assert found is not None
        assert found > far
    assert process_time() - began < 1  # a walk over the days alone takes 30 s


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"kind": "seconds"},
        {"kind": ["days"]},
        {"kind": "minutes", "every": 0},
        {"kind": "minutes", "every": 0.5},
        {"kind": "minutes", "every": True},
        {"kind": "months", "every": 10**9},
        {"kind": "days", "weekdays": [1]},
        {"kind": "weeks", "weekdays": [7]},
        {"kind": "weeks", "weekdays": "15"},
        {"kind": "weeks", "weekdays": [[1]]},
        {"kind": "weeks", "day": 3},
        {"kind": "months", "day": 0},
        {"kind": "months", "day": 32},
        {"kind": "months", "nth": [5, 1]},
        {"kind": "months", "nth": [2]},
        {"kind": "months", "nth": [2, 1], "day": 3},
        {"kind": "cron"},
        {"kind": "cron", "cron": "* * * * * *"},
        {"kind": "cron", "cron": "61 * * * *"},
        {"kind": "cron", "cron": "0 0 31 2 *"},
        {"kind": "cron", "cron": "0 0 * 2 MON#5", "every": 2},
        {"kind": "days", "cron": "0 9 * * *"},
        {"kind": "days", "ends_at": "2026-12-01T09:00:00"},
        {"kind": "days", "ends_at": "soon"},
        {"kind": "days", "ends_at": 5},
        {"kind": "days", "count": 0},
        {"kind": "days", "often": 1},
    ],
)
def test_what_is_no_rule_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        Recurrence.from_json(raw)


@pytest.mark.parametrize(
    "rec",
    [
        Recurrence("once"),
        Recurrence("weeks", every=2, weekdays=(0, 4), count=9),
        Recurrence("months", nth=(-1, 6), ends_at=at("2027-01-01 00:00")),
        Recurrence("months", day=-1),
        Recurrence("cron", cron="30 9 * * MON-FRI"),
    ],
)
def test_a_rule_comes_back_from_json_as_it_went(rec: Recurrence) -> None:
    assert Recurrence.from_json(rec.to_json()) == rec


def test_an_interval_becomes_the_largest_unit_that_fits() -> None:
    assert Recurrence.from_interval(timedelta(days=7)) == Recurrence("days", every=7)
    assert Recurrence.from_interval(timedelta(hours=36)) == Recurrence("hours", every=36)
    assert Recurrence.from_interval(timedelta(minutes=90)) == Recurrence("minutes", every=90)
    for wrong in (timedelta(seconds=59), timedelta(seconds=90), timedelta(days=-1)):
        with pytest.raises(Invalid):
            Recurrence.from_interval(wrong)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "../etc/passwd", "localtime", "europe/berlin"]
)
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        zone_of(name)
    assert refused.value.fields == {"zone": name}


def test_naive_dates_are_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(Invalid):
        next_after(Recurrence("days"), naive, BERLIN, at("2026-01-01 00:00"))


# --- rrule as oracle, in local time; dateutil's own zones turn its dates into UTC


@st.composite
def rules(draw: st.DrawFn) -> tuple[Recurrence, dict[str, Any]]:
    """A rule, and the same as arguments of rrule."""
    kind = draw(st.sampled_from(["days", "weeks", "months", "clamped", "nth"]))
    every = draw(st.integers(1, 7))
    if kind == "days":
        return Recurrence("days", every), {"freq": rrule.DAILY, "interval": every}
    if kind == "weeks":
        days = tuple(draw(st.lists(st.integers(0, 6), min_size=1, max_size=7)))
        rule = {"freq": rrule.WEEKLY, "interval": every, "byweekday": days, "wkst": 0}
        return Recurrence("weeks", every, weekdays=days), rule
    monthly: dict[str, Any] = {"freq": rrule.MONTHLY, "interval": every}
    if kind == "nth":
        which, day = draw(st.sampled_from([1, 2, 3, 4, -1])), draw(st.integers(0, 6))
        found = {"byweekday": rrule.weekday(day)(which)}
        return Recurrence("months", every, nth=(which, day)), monthly | found
    if kind == "months":
        day = draw(st.integers(1, 28) | st.just(-1))
        return Recurrence("months", every, day=day), monthly | {"bymonthday": day}
    day = draw(st.integers(29, 31))
    clamped = {"bymonthday": list(range(28, day + 1)), "bysetpos": -1}
    return Recurrence("months", every, day=day), monthly | clamped


def oracle(rule: dict[str, Any], local: datetime, zone: str, after: datetime) -> list[datetime]:
    found: list[datetime] = []
    for day in rrule.rrule(dtstart=local, **rule):
        moment = tz.resolve_imaginary(day.replace(tzinfo=tz.gettz(zone), fold=0)).astimezone(UTC)
        if moment > after and moment not in found:
            found.append(moment)
        if len(found) == 4:
            break
    return found


LOCAL_STARTS = st.builds(
    lambda day, moment: datetime.combine(day, moment),
    st.dates(date(2005, 1, 1), date(2030, 1, 1)),
    st.sampled_from([time(h, m) for h in (0, 1, 2, 3, 9, 23) for m in (0, 30)]),
)


@settings(max_examples=400, deadline=None)
@given(rules(), LOCAL_STARTS, st.sampled_from(ZONES), st.integers(-3, 1_500), st.integers(0, 1_439))
def test_dates_agree_with_rrule(
    rule: tuple[Recurrence, dict[str, Any]], local: datetime, zone: str, days: int, minutes: int
) -> None:
    start = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    local = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)  # a skipped time moves on
    after = start + timedelta(days=days, minutes=minutes)
    rec, expected = rule
    assert upcoming(rec, start, zone, after, 4) == oracle(
        expected, local, zone, max(after, start - timedelta(microseconds=1))
    )


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ZONES), LOCAL_STARTS, st.integers(1, 5_000), st.integers(-100, 9_999))
def test_minutes_agree_with_rrule_in_utc(
    zone: str, local: datetime, every: int, distance: int
) -> None:
    start = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    after = start + timedelta(minutes=distance)
    by_rrule = rrule.rrule(rrule.MINUTELY, dtstart=start, interval=every).after(after)
    assert next_after(Recurrence("minutes", every), start, zone, after) == by_rrule


def test_fifty_zones_stand_in_the_oracle() -> None:
    assert len(set(ZONES)) >= 50
    assert all(zone_of(name) for name in ZONES)
