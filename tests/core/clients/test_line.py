import pytest

from core.clients.forms import ClientForm
from core.clients.line import parse_line
from core.errors import Invalid
from core.i18n import translator

ANNA = ClientForm("anna@example.org", "Анна", "Петрова", "+79991234567", "", ("vip",))


def refusal(line: str) -> str:
    """What the person is told about a line."""
    with pytest.raises(Invalid) as refused:
        parse_line(line, "RU")
    return translator("en")(refused.value.text, **refused.value.fields).unescape()


@pytest.mark.parametrize(
    "line",
    [
        "Анна Петрова anna@example.org +7 999 123-45-67, vip",
        "Анна Петрова, anna@example.org, 8 (999) 123-45-67, vip",
        "anna@example.org Петрова Анна Сергеевна +79991234567 #vip",
        "anna@example.org; Анна Петрова; 8-999-123-45-67; vip",
        "  Анна\u00a0Петрова <anna@example.org>\t8 999 123 45 67 , vip,VIP ",
    ],
)
def test_a_line_is_understood_in_any_order(line: str) -> None:
    assert parse_line(line, "RU") == ANNA


def test_an_address_alone_is_enough() -> None:
    assert parse_line("anna@example.org", "RU") == ClientForm("anna@example.org")


def test_a_cyrillic_domain_is_kept_as_mail_servers_know_it() -> None:
    assert parse_line("Иван ivan@пример.рф", "RU").email == "ivan@xn--e1afmkfd.xn--p1ai"


def test_a_national_number_is_of_the_owner_s_country() -> None:
    assert parse_line("a@example.org 030 901820", "DE").phone == "+4930901820"


def test_a_missing_address_is_named_with_what_was_understood() -> None:
    told = refusal("Анна Петрова 8 999 123-45-67")
    assert "no e-mail address" in told
    assert "Анна Петрова · +79991234567" in told
    assert "anna@example.org" in told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "no e-mail address"),
        ("🎉", "no e-mail address"),
        ("{{7*7}}", "no e-mail address"),
        ("x" * 5000, "up to 500 characters"),
        ("Анна anna@@example.org", "not one e-mail address"),
        ("Анна anna@example", "not an e-mail address"),
        ("Анна @example.org", "not an e-mail address"),
        ("иван@пример.рф", "Latin letters"),
        ("Anna a@example.org b@example.org", "several addresses: a@example.org, b@example.org"),
        ("Anna a@example.org 8 999 12", "not a phone number"),
        ("<script>alert(1)</script> a@example.org", "does not look like a name"),
        ("https://example.org a@example.org", "does not look like a name"),
        ("x" * 101 + " a@example.org", "up to 100 characters"),
        ("Anna a@example.org, " + "t" * 41, "is too long"),
        ("Anna a@example.org, " + ",".join(map(str, range(21))), "up to 20 tags"),
    ],
)
def test_a_wrong_line_is_answered_in_words(line: str, told: str) -> None:
    assert told in refusal(line)


def test_right_to_left_names_are_names() -> None:
    assert parse_line("محمد علي m@example.org", "RU").last_name == "علي"
