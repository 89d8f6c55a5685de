"""Addresses as people and as protocols write them."""

from core.mail.addresses import ascii_domain, show_email


def test_an_address_is_shown_in_its_own_script() -> None:
    kept = ascii_domain("ivan@пример.рф")
    assert kept == "ivan@xn--e1afmkfd.xn--p1ai"
    assert show_email(kept) == "ivan@пример.рф"
    assert show_email("anna@example.org") == "anna@example.org"
    assert show_email("ivan@xn--\u00e9.example") == "ivan@xn--\u00e9.example"
