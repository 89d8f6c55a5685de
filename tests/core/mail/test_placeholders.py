"""Placeholders are found, checked and filled; everything else in braces stays."""

from core.mail import placeholders
from core.mail.placeholders import Slot


def test_russian_and_english_names_mean_the_same() -> None:
    text = "{имя|друг} {First_Name} {ФИО}"
    assert placeholders.split(text) == [
        Slot("first_name", "друг"), " ", Slot("first_name"), " ", Slot("name"),
    ]  # fmt: skip


def test_unknown_names_are_reported_as_typed_once() -> None:
    text = "{имя} {first_nam} {Скидка|10} {first_nam} {{7*7}} {7} {a b} {color: red}"
    assert placeholders.check(text) == ["first_nam", "Скидка"]
    assert placeholders.check(text, ("first_name", "скидка")) == ["first_nam"]


def test_an_empty_value_gives_the_fallback_and_a_value_is_not_read_again() -> None:
    assert placeholders.fill("Hi {имя|друг}", {"first_name": ""}) == "Hi друг"
    assert (
        placeholders.fill("Hi {имя}", {"first_name": "{фамилия}", "last_name": "x"})
        == "Hi {фамилия}"
    )
    assert placeholders.fill("{имя}", {"first_name": "<"}, escape=lambda v: f"[{v}]") == "[<]"
