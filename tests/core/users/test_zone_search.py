"""Time zones by a typed city and by the time that it is."""

from datetime import UTC, datetime

import pytest

from core.errors import Invalid
from core.users.zone_search import search

NOW = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "country", "expected"),
    [
        ("казань", "RU", "Europe/Moscow"),
        (" Санкт-Петербург ", "RU", "Europe/Moscow"),
        ("Екатер", "RU", "Asia/Yekaterinburg"),
        ("ufa", "RU", "Asia/Yekaterinburg"),
        ("San Francisco", "US", "America/Los_Angeles"),
        ("Berlin", "RU", "Europe/Berlin"),
        ("орел", "RU", "Europe/Moscow"),
        ("16:30", "RU", "Asia/Yekaterinburg"),
        ("16.34", "RU", "Asia/Yekaterinburg"),
        ("6:30 am", "US", "America/New_York"),
        ("3 30", "US", "America/Los_Angeles"),
        ("12:30", "RU", "Africa/Algiers"),
        ("МСК+2", "RU", "Asia/Yekaterinburg"),
        ("msk -1", "RU", "Europe/Kaliningrad"),
        ("по московскому времени", "RU", "Europe/Moscow"),
        ("UTC+5", "RU", "Asia/Yekaterinburg"),
        ("utc+05:00", "KZ", "Asia/Almaty"),
        ("GMT+3", "RU", "Europe/Moscow"),
        ("+7", "TH", "Asia/Bangkok"),
        ("UTC+5:30", "RU", "Asia/Colombo"),
        ("CEST", "PL", "Europe/Warsaw"),
        ("CET", "RU", "Europe/Berlin"),
        ("EST", "US", "America/New_York"),
        ("Pacific time", "US", "America/Los_Angeles"),
        ("Europe/Moscow", "RU", "Europe/Moscow"),
        ("america/new york", "US", "America/New_York"),
        ("Москва, Россия", "RU", "Europe/Moscow"),
        ("г. Екатеринбург", "RU", "Asia/Yekaterinburg"),
    ],
)
def test_what_was_typed_finds_a_zone(typed: str, country: str, expected: str) -> None:
    assert search(typed, country, "ru", NOW)[0].name == expected


@pytest.mark.parametrize(
    "typed", ["я", "нигде", "25:00", "10:00", "😀", "", "x" * 5000, "UTC+15", "МСК+", "+99"]
)
def test_what_is_nowhere_is_answered_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        search(typed, "RU", "ru", NOW)
    assert refused.value.fields["clock"] == "14:30"


def test_in_summer_a_zone_is_known_by_its_hours_of_summer_and_of_winter() -> None:
    summer = NOW.replace(month=7)
    assert search("UTC+2", "DE", "en", summer)[0].name == "Europe/Berlin"
    assert search("UTC+1", "DE", "en", summer)[0].name == "Europe/Berlin"


def test_of_the_zones_of_a_country_only_those_with_that_time_are_offered() -> None:
    found = search("14:30", "RU", "ru", NOW)
    assert {each.clock for each in found} == {"14:30"}
    assert found[0].name == "Europe/Moscow"
