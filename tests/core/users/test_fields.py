"""Fields as people type them."""

from datetime import UTC, datetime

import pytest

from core.errors import Invalid
from core.i18n import translator
from core.users import countries, zones
from core.users.fields import check_email, check_phone, shared_phone, show_phone
from core.users.rules import check_name

NOW = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Анна   Петрова ", "Анна Петрова"),
        ("שלום", "שלום"),
        ("O'Brien <b>", "O'Brien <b>"),
        ("{{7*7}}", "{{7*7}}"),
        ("x" * 100, "x" * 100),
        ("Анна 🌷", "Анна 🌷"),
    ],
)
def test_a_name_is_kept_as_it_was_typed(typed: str, kept: str) -> None:
    assert check_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "a\r\nBcc: x", "Анна\u202e", "😀😀", "x" * 101, "\0"])
def test_an_impossible_name_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_name(typed)
    for locale in ("ru", "en"):
        words = translator(locale)(refusal.value.text, **refusal.value.fields)
        assert "Anna Petrova" in words or "Анна Петрова" in words


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Anna@Example.ORG ", "Anna@example.org"),
        ("mailto:a@b.ru", "a@b.ru"),
        ("Анна <anna@example.org>", "anna@example.org"),
        ("ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_an_address_takes_the_form_mail_servers_know(typed: str, kept: str) -> None:
    assert check_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "нет",
        "a@@b",
        "a@b",
        "a@b.ru, c@d.ru",
        "a@b.ru\r\nBcc: c@d.ru",
        "x" * 5000 + "@a.ru",
        "иван@пример.рф",
        "😀@a.ru",
        "<script>@a.ru",
        "a@[127.0.0.1]",
        "a@localhost",
    ],
)
def test_an_impossible_address_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_email(typed)
    words = translator("ru")(refusal.value.text, **refusal.value.fields)
    assert "anna@example.org" in words
    assert len(words) < 250
    assert "<script>" not in words


@pytest.mark.parametrize(
    ("typed", "number", "country"),
    [
        ("8 (999) 123-45-67", "+79991234567", "RU"),
        ("9991234567", "+79991234567", "RU"),
        ("79991234567", "+79991234567", "RU"),
        ("+7 701 123 45 67", "+77011234567", "KZ"),
        ("0049 30 901820", "+4930901820", "DE"),
        ("+1 415 555 2671 ext. 5", "+14155552671", "US"),
        ("＋３７５ 29 123-45-67", "+375291234567", "BY"),
    ],
)
def test_a_phone_is_understood_however_it_is_written(typed: str, number: str, country: str) -> None:
    phone = check_phone(typed)
    assert (phone.number, phone.country) == (number, country)


@pytest.mark.parametrize("typed", ["", "нет", "123", "9" * 20, "😀", "1" * 5000, "+7 999\r\n"])
def test_an_impossible_phone_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_phone(typed)
    assert "+7 999 123-45-67" in translator("ru")(refusal.value.text, **refusal.value.fields)


def test_the_example_is_one_of_the_persons_country() -> None:
    with pytest.raises(Invalid) as refusal:
        check_phone("12", "DE")
    assert str(refusal.value.fields["example"]).startswith("+49")


def test_a_shared_contact_may_have_a_number_no_plan_knows() -> None:
    assert shared_phone("79991234567").country == "RU"
    assert shared_phone("88812345678").number == "+88812345678"


def test_a_phone_is_shown_as_people_write_it() -> None:
    assert show_phone("+79991234567") == "+7 999 123-45-67"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("сша", "US"), ("рос", "RU"), ("Ger", "DE"), ("uk", "GB"), ("Кот-д'Ив", "CI"), ("KAZ", "KZ")],
)
def test_a_country_is_found_by_a_part_of_its_name(typed: str, code: str) -> None:
    assert countries.search(typed, "ru")[0].code == code


@pytest.mark.parametrize("typed", ["", "zzz", "😀", "x" * 5000])
def test_no_country_is_said_in_words(typed: str) -> None:
    with pytest.raises(Invalid):
        countries.search(typed, "ru")


def test_every_country_has_a_name_a_flag_and_a_zone_in_both_languages() -> None:
    for locale in ("ru", "en"):
        for found in countries.countries(locale):
            assert found.name
            assert len(found.flag) == 2
            assert zones.zones_of(found.code, locale, NOW)
            assert zones.guess(found.code) in zones.known_zones()


def test_a_zone_is_guessed_from_the_phone_where_a_country_has_many() -> None:
    assert zones.guess("RU", "+73431234567") == "Asia/Yekaterinburg"
    assert zones.guess("RU", "+79991234567") == "Europe/Moscow"
    assert zones.guess("DE", "+4930901820") == "Europe/Berlin"


def test_zones_show_what_the_clock_says_there_now() -> None:
    shown = zones.zones_of("RU", "ru", NOW)
    assert shown[0].label == "12:00 · Москва"
    assert "14:00 · Екатеринбург" in [z.label for z in shown]
