import pytest

from core.errors import Invalid
from core.i18n import translator
from core.mail.placeholders import KNOWN
from core.messages.rules import (
    check_button,
    check_html,
    check_signature,
    check_subject,
    check_typed,
    offered_subject,
)
from core.messages.slug import free_slug, slug_of


def words(text: str, known: tuple[str, ...] = KNOWN) -> str:
    """What the person is told about a subject."""
    with pytest.raises(Invalid) as refused:
        check_subject(text, known)
    return translator("en")(refused.value.text, **refused.value.fields).unescape()


def test_a_subject_loses_spare_spaces_and_control_characters() -> None:
    assert check_subject("  Летняя \t распродажа\x00 ") == "Летняя распродажа"


def test_a_subject_of_emoji_right_to_left_or_markup_is_kept_as_text() -> None:
    for text in ("🎉", "مرحبا بالعالم", "<b>Sale</b> & more", "{{7*7}}"):
        assert check_subject(text) == text


def test_a_subject_with_line_ends_is_refused_and_the_first_line_offered() -> None:
    assert "here are 2" in words("Sale\r\nBcc: all@example.org")
    assert "would do: Sale" in words("Sale\r\nBcc: all@example.org")


def test_an_empty_or_endless_subject_is_answered_with_an_example() -> None:
    assert "for example: Discounts" in words(" \n ")
    assert "up to 200 characters, this one has 5000" in words("x" * 5000)


def test_a_subject_of_exactly_200_characters_fits() -> None:
    assert len(check_subject("я" * 200)) == 200


def test_a_body_needs_words_and_fits_in_a_mail() -> None:
    with pytest.raises(Invalid):
        check_html(" \n")
    with pytest.raises(Invalid):
        check_html("я" * 50_001)
    with pytest.raises(Invalid):
        check_typed("x" * 4097)
    assert check_html("<p>Hello</p>\r\n<p>You</p>") == "<p>Hello</p>\n<p>You</p>"


def test_a_short_first_line_is_offered_as_the_subject() -> None:
    assert offered_subject("Discounts\n\nHello!") == "Discounts"
    assert offered_subject("Only one line") is None
    assert offered_subject("x" * 101 + "\nHello") is None


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Летняя распродажа", "letnyaya-rasprodazha"),
        ("Щи да ёж: объём — 40 %!", "shchi-da-yozh-obyom-40"),
        ("Café Zürich", "cafe-zurich"),
        ("🎉", "message"),
        ("Єдина Україна", "yedina-ukrayina"),
    ],
)
def test_a_slug_is_readable(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_a_long_slug_ends_with_a_whole_word() -> None:
    slug = slug_of("очень длинное название " * 10)
    assert len(slug) <= 60
    assert slug.endswith(("ochen", "dlinnoe", "nazvanie"))


def test_a_taken_slug_gets_a_number() -> None:
    assert free_slug("sale", {"sale", "sale-2"}) == "sale-3"


def test_an_unknown_placeholder_is_named_with_the_known_ones() -> None:
    told = words("Hello, {размер|друг} and {first_name}", KNOWN)
    assert "no placeholder {размер}" in told
    assert "{first_name}, {last_name}, {name}, {email}, {phone}" in told
    assert "your own fields {день_рождения}" in words("{размер}", (*KNOWN, "день_рождения"))
    assert check_subject("{Имя|друг}, скидки", KNOWN) == "{Имя|друг}, скидки"


@pytest.mark.parametrize(
    ("typed", "button"),
    [
        (
            "To the shop https://example.org/sale?a=1",
            ("To the shop", "https://example.org/sale?a=1"),
        ),
        ("В магазин — example.org", ("В магазин", "https://example.org")),
        ("Купить: магазин.рф/скидки", ("Купить", "https://магазин.рф/скидки")),
    ],
)
def test_a_button_is_words_and_an_address(typed: str, button: tuple[str, str]) -> None:
    assert check_button(typed) == button


@pytest.mark.parametrize(
    "typed",
    [
        "Buy",
        "https://example.org",
        "Buy javascript:alert(1)",
        "Buy https://nowhere",
        "Write anna@example.org",
        " ",
    ],
)
def test_what_is_no_button_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid, match="for example: To the shop"):
        check_button(typed)


def test_buttons_and_signatures_have_limits() -> None:
    with pytest.raises(Invalid, match="up to"):
        check_button("x" * 41 + " example.org")
    with pytest.raises(Invalid, match="too long"):
        check_button("Buy example.org/" + "x" * 1000)
    assert check_signature(" Anna \r\n\n\n\n Daisy  Flowers ") == "Anna\n\nDaisy Flowers"
    for bad in ("\u2063", "x" * 501, "\n".join("x" * 9)):
        with pytest.raises(Invalid):
            check_signature(bad)
