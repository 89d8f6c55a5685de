"""Keys of one SECRET_KEY, and after it was changed."""

from pydantic import SecretStr

from core.clients import tokens
from core.keys import key_for, keys_for
from core.settings import Settings


def settings(key: str, before: str | None = None) -> Settings:
    return Settings(  # type: ignore[call-arg]
        _env_file=None,
        secret_key=SecretStr(key),
        secret_key_before=SecretStr(before) if before else None,
    )


def test_each_purpose_has_a_key_of_its_own() -> None:
    assert key_for(settings("a"), "one") != key_for(settings("a"), "two")


def test_an_unsubscribe_link_outlives_a_change_of_the_key() -> None:
    link = tokens.sign(7, key_for(settings("old"), tokens.KEY))
    assert tokens.read(link, *keys_for(settings("new", before="old"), tokens.KEY)) == 7
