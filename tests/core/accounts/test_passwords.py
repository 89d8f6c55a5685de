"""Passwords of mail accounts: nothing that is kept, logged or shown tells them."""

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from core.accounts.choice import choose, way_of
from core.accounts.crypto import Unreadable, Vault
from core.accounts.sealed import password_of, put
from core.db import Base, Sessions, Transaction, clock
from tests.core.accounts.makers import row, settings_of

SECRET = "correct horse battery staple"


def test_what_is_sealed_opens_again_and_looks_different_each_time() -> None:
    vault = Vault(settings_of())
    first, second = vault.seal(SECRET, "to"), vault.seal(SECRET, "to")
    assert first != second
    assert SECRET not in first
    assert vault.open(first, "to").password == SECRET


def test_it_opens_neither_for_another_server_nor_by_another_key() -> None:
    sealed = Vault(settings_of()).seal(SECRET, "anna@smtp.example.org")
    with pytest.raises(Unreadable):
        Vault(settings_of()).open(sealed, "anna@evil.example")
    with pytest.raises(Unreadable):
        Vault(settings_of(secret_key="another")).open(sealed, "anna@smtp.example.org")


def test_a_changed_byte_is_noticed() -> None:
    sealed = Vault(settings_of()).seal(SECRET, "to")
    spoilt = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(Unreadable):
        Vault(settings_of()).open(spoilt, "to")


async def test_after_a_change_of_the_key_passwords_are_sealed_anew(tx: Transaction) -> None:
    made = await row(tx, SECRET)
    changed = settings_of(secret_key="new", secret_key_before=SecretStr("a key for tests"))
    assert password_of(made, Vault(changed)) == SECRET
    assert password_of(made, Vault(settings_of(secret_key="new"))) == SECRET


async def test_a_dump_of_the_database_reveals_no_password(sessions: Sessions) -> None:
    settings = settings_of(
        host_user="post@mail.example", smtp_host="mail.example", pass_user=SecretStr(SECRET)
    )
    async with sessions.begin() as tx:
        await row(tx, SECRET + "!", name="second")
        await choose(tx, settings, None, await clock(tx))
    dumped = await dump(sessions)
    assert "post@mail.example" in dumped
    assert SECRET not in dumped


async def dump(sessions: Sessions) -> str:
    """Every row of every table, as text."""
    async with sessions() as tx:
        lines = [
            line
            for table in Base.metadata.tables
            for line in await tx.scalars(text(f'SELECT t::text FROM "{table}" t'))  # noqa: S608  from the catalogue
        ]
    return "\n".join(lines)


async def test_no_repr_tells_a_password(tx: Transaction) -> None:
    made = await row(tx, SECRET)
    vault = Vault(settings_of())
    shown = [made, way_of(made, vault), vault, vault.open(vault.seal(SECRET, "to"), "to")]
    assert not [each for each in map(repr, shown) if SECRET in each]
    put(made, None, vault)
    assert password_of(made, vault) is None
