"""The mail account that the settings name."""

from typing import Any

import pytest
from pydantic import SecretStr

from core.mail.presets import account_of, sender_of, server_of
from core.mail.transport import Server
from core.settings import Settings


def settings(**fields: Any) -> Settings:
    return Settings(_env_file=None, **fields)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("user", "host", "port", "security"),
    [
        ("anna@yandex.ru", "smtp.yandex.ru", 465, "tls"),
        ("anna@gmail.com", "smtp.gmail.com", 587, "starttls"),
        ("anna@bk.ru", "smtp.mail.ru", 465, "tls"),
    ],
)
def test_a_large_provider_is_known_by_the_address(
    user: str, host: str, port: int, security: str
) -> None:
    server = server_of(settings(host_user=user, pass_user=SecretStr("secret")))
    assert server
    assert (server.host, server.port, server.security) == (host, port, security)
    assert (server.username, server.password) == (user, "secret")


def test_a_large_provider_is_known_by_its_host_alone() -> None:
    server = server_of(settings(smtp_host="smtp.yandex.ru", host_user="anna@shop.example"))
    assert server
    assert (server.port, server.security) == (465, "tls")


def test_a_port_that_is_set_counts_beside_the_host_of_a_large_provider() -> None:
    server = server_of(settings(smtp_host="smtp.yandex.ru", smtp_port=587))
    assert server
    assert (server.port, server.security) == (587, "starttls")


def test_a_large_providers_sender_is_always_the_account_itself() -> None:
    given = settings(host_user="anna@yandex.ru", mail_from="shop@example.org")
    assert sender_of(given) == "anna@yandex.ru"
    assert account_of(given) == ("anna@yandex.ru", 500)


def test_ones_own_server_takes_the_sender_that_is_set_and_has_no_limit() -> None:
    given = settings(
        smtp_host="mail.example.org", smtp_security="none", smtp_port=25, mail_from="a@example.org"
    )
    assert server_of(given) == Server("mail.example.org", 25, "none", plain_auth=True)
    assert sender_of(given) == "a@example.org"
    assert account_of(given) == ("mail.example.org:25", None)


def test_without_an_account_there_is_no_server() -> None:
    assert server_of(settings(host_user="anna@example.org")) is None


def test_printed_mails_are_told_apart_in_the_ledger() -> None:
    assert account_of(settings(debug=True, host_user="anna@yandex.ru")) == ("debug", None)
