"""Placeholders are found, checked and filled; everything else in braces stays."""

from hypothesis import given
from hypothesis import strategies as st

from core.mail import placeholders
from core.mail.placeholders import ALIASES, KNOWN, Slot

BRACES = st.lists(
    st.sampled_from(["{", "}", "{{", "}}", "|", "имя", "first_name", "7*7", " ", "<b>", "\n", "é"])
    | st.text(max_size=3)
).map("".join)


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


@given(BRACES)
def test_any_text_is_cut_without_losing_a_sign(text: str) -> None:
    pieces = placeholders.split(text)
    kept = "".join(piece for piece in pieces if isinstance(piece, str))
    slots = [piece for piece in pieces if isinstance(piece, Slot)]
    assert all(slot.name in KNOWN and slot.fallback in text for slot in slots)
    assert len(kept) + sum(len(slot.fallback) + 2 for slot in slots) <= len(text)
    assert bool(slots) or kept == text
    assert placeholders.split(text, ()) == ([text] if text else [])


@given(BRACES, BRACES)
def test_any_value_stands_as_it_is(text: str, value: str) -> None:
    names = set(KNOWN) | set(ALIASES.values())
    pieces = placeholders.split(text)
    filled = placeholders.fill(text, dict.fromkeys(names, value or "x"))
    assert filled == "".join(piece if isinstance(piece, str) else value or "x" for piece in pieces)
