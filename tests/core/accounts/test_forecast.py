"""How long a mailing takes, told before it begins."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from core.accounts.forecast import Crowd, Flow, Forecast, Source, forecast
from core.accounts.rules import Account, Limits, day_of
from core.mailings.quiet import Quiet

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


def test_a_limit_of_a_domain_holds_its_recipients_longest(now: datetime) -> None:
    account = Account("a", 1, domains={"gmail.com": Limits(per_hour=10), "*": Limits(per_hour=50)})
    limited = Flow([Source(account, day_of(now))], day_of(now))
    crowd = Crowd(domains={"gmail.com": 40, "ya.ru": 60})
    found = forecast(limited, 200, now, 2 * HOUR, crowd)
    assert (found.because, found.domain, found.sure) == ("domain", "gmail.com", False)
    assert timedelta(hours=3.9) < end(found) - now < timedelta(hours=4.1)
    assert found.in_time == 180  # 20 of gmail.com are late


def test_other_mailings_at_the_account_take_turns_with_it(now: datetime) -> None:
    hourly = flow(now, Limits(per_hour=100))
    alone = end(forecast(hourly, 100, now)) - now
    small = forecast(hourly, 100, now, crowd=Crowd(others=(10_000,)))
    assert small.busy
    assert end(small) - now == pytest.approx(2 * alone, abs=timedelta(minutes=2))
    tomorrow = now + timedelta(days=1)
    gone = forecast(hourly, 100, tomorrow, crowd=Crowd(others=(100,), at=now))
    assert not gone.busy
    assert forecast(flow(now, per_day=100), 100, now, crowd=Crowd(own=(500,))).days == 2
    assert forecast(flow(now, per_day=100), 100, now, crowd=Crowd(others=(500,))).days == 1


def test_nights_are_waited_for_by_the_clock_of_each_zone(now: datetime) -> None:
    evening = day_of(now) + 20 * HOUR
    hourly, quiet = flow(evening, Limits(per_hour=100)), Quiet(22 * 60, 8 * 60)
    here = partial(quiet.awake, zone="UTC")
    found = forecast(hourly, 300, evening, 3 * HOUR, Crowd(zones=[(here, 300)]))
    assert (found.sure, found.in_time) == (True, 200)
    morning = day_of(now) + 33 * HOUR
    assert end(found) == pytest.approx(morning, abs=timedelta(minutes=2))
    there = partial(quiet.awake, zone="Asia/Tokyo")  # 5:00 there, so they wait until 23:00 UTC
    found = forecast(hourly, 300, evening, crowd=Crowd(zones=[(here, 200), (there, 100)]))
    assert not found.sure
    assert end(found) == pytest.approx(day_of(now) + 24 * HOUR, abs=timedelta(minutes=2))
    at_once = forecast(Flow([], day_of(now)), 5, evening + 3 * HOUR, crowd=Crowd(zones=[(here, 5)]))
    assert end(at_once) == pytest.approx(day_of(now) + 32 * HOUR, abs=timedelta(minutes=1))
