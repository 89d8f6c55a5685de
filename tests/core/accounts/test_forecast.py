"""How long a mailing takes, told before it begins."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core.accounts.forecast import Flow, Forecast, Source, forecast
from core.accounts.rules import Account, Limits, day_of

HOUR = timedelta(hours=1)


def flow(now: datetime, limits: Limits | None = None, used: int = 0, **more: Any) -> Flow:
    warm_up, since = more.pop("warm_up", ()), more.pop("since", None)
    account = Account("a", 1, limits or Limits(), warm_up=warm_up, warm_up_from=since)
    return Flow([Source(account, day_of(now), used)], day_of(now), **more)


def end(found: Forecast) -> datetime:
    assert found.ends_at
    return found.ends_at


def test_without_limits_it_takes_no_time_to_speak_of(now: datetime) -> None:
    found = forecast(flow(now), 10**6, now, HOUR)
    assert (found.days, found.because, found.in_time) == (1, None, 10**6)
    assert end(found) - now < timedelta(seconds=10)
    assert forecast(Flow([], day_of(now)), 5, now).days == 1


@pytest.mark.parametrize(("used", "days"), [(0, 4), (1, 5), (500, 5), (900, 5)])
def test_a_quota_of_five_hundred_a_day_makes_days(now: datetime, used: int, days: int) -> None:
    found = forecast(Flow([], day_of(now), per_day=500, used=used), 2000, now)
    assert (found.days, found.because, found.per_day) == (days, "quota", 500)
    assert end(found).date() == now.date() + timedelta(days=days - 1)


def test_the_smaller_of_quota_and_account_is_the_cause(now: datetime) -> None:
    account = forecast(flow(now, Limits(per_day=300), per_day=500), 1000, now)
    assert (account.because, account.per_day, account.days) == ("account", 300, 4)
    quota = forecast(flow(now, Limits(per_day=500), per_day=300), 1000, now)
    assert (quota.because, quota.per_day) == ("quota", 300)


def test_what_the_account_sent_today_counts_for_today_only(now: datetime) -> None:
    assert forecast(flow(now, Limits(per_day=500), used=400), 500, now).days == 2
    tomorrow = now + timedelta(days=1)
    assert forecast(flow(now, Limits(per_day=500), used=400), 500, tomorrow).days == 1


def test_a_warm_up_opens_day_by_day(now: datetime) -> None:
    since: date = now.date()
    found = forecast(flow(now, warm_up=(50, 100, 200), since=since), 400, now)
    assert (found.because, found.days) == ("warm_up", 4)
    assert forecast(flow(now, warm_up=(50, 100, 200), since=since), 350, now).days == 3


def test_accounts_are_used_one_beside_the_other(now: datetime) -> None:
    one = Source(Account("a", 1, Limits(per_day=100)), day_of(now))
    two = Source(Account("b", 2, Limits(per_day=50)), day_of(now))
    assert forecast(Flow([one, two], day_of(now)), 300, now).days == 2


def test_a_deadline_is_met_by_as_many_as_the_pace_lets_through(now: datetime) -> None:
    hourly = forecast(flow(now, Limits(per_hour=100)), 1000, now, 3 * HOUR)
    assert (hourly.in_time, hourly.per_hour, hourly.because) == (300, 100, None)
    assert timedelta(hours=9.9) < end(hourly) - now < timedelta(hours=10.1)
    paced = forecast(flow(now, per_minute=10), 1000, now, HOUR)
    assert paced.in_time == 600
    daily = forecast(flow(now, Limits(per_day=100)), 1000, now, timedelta(days=2))
    assert daily.in_time == 300  # today, tomorrow, and in the morning of the day after


def test_what_takes_longer_than_a_year_has_no_end(now: datetime) -> None:
    found = forecast(flow(now, per_day=10), 10**6, now)
    assert (found.ends_at, found.because, found.per_day) == (None, "quota", 10)
