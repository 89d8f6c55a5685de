"""Limits by domain and warm-up plans as people write them."""

import pytest

from core.accounts.typed import check_limits, check_plan, read_limits, read_plan
from core.errors import Invalid


def test_limits_stand_a_domain_a_line() -> None:
    assert read_limits("Gmail.com 10/s 500/h\r\n\nпример.рф: 5000/d\n* 1/s") == {
        "gmail.com": {"per_second": 10, "per_hour": 500},
        "xn--e1afmkfd.xn--p1ai": {"per_day": 5000},
        "*": {"per_second": 1},
    }
    assert check_limits("  gmail.com   5/h, 1/s ") == "gmail.com 1/s 5/h"
    assert read_limits("") == {}


@pytest.mark.parametrize(
    "typed",
    [
        "gmail.com",
        "gmail.com 0/s",
        "gmail.com 5",
        "gmail.com 5/w",
        "gmail.com 1/s 2/s",
        "localhost 1/s",
        "10/s",
        "a b.c 1/s",
        "-- 1/s",
        "x.example 9999999999/d",
        "x.example 1/s\n" * 101,
    ],
)
def test_what_is_no_limit_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        read_limits(typed)


def test_a_plan_is_a_number_a_day() -> None:
    assert read_plan("50, 100;200 400,") == [50, 100, 200, 400]
    assert check_plan("50 100") == "50, 100"
    assert read_plan(" ") == []


@pytest.mark.parametrize("typed", ["0", "-1", "fifty", "50, 1.5", "1 " * 366, "9" * 10])
def test_what_is_no_plan_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        read_plan(typed)
