"""What a password must be, and how it is kept."""

from pathlib import Path

import pytest

from core.errors import Invalid
from core.users import passwords
from core.users.passwords import check_password, hash_password, is_outdated, verify

COMMON = Path(passwords.__file__).with_name("common_passwords.txt")
EMAIL = "anna.petrova@example.org"


@pytest.mark.parametrize(
    "typed",
    [
        "short",
        "1234567890",
        "Password123",
        "aaaaaaaaaaaa",
        "anna.petrova",
        EMAIL.upper(),
        "x" * 501,
    ],
)
def test_weak_passwords_are_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        check_password(typed, EMAIL)


def test_every_common_password_is_refused_however_it_is_written() -> None:
    common = COMMON.read_text("utf-8").split()
    assert len(common) > 1500
    for each in common:
        for typed in (each, each.upper(), each.capitalize()):
            with pytest.raises(Invalid):
                check_password(typed, EMAIL)


async def test_a_long_unicode_password_counts_to_its_last_character() -> None:
    password = "пароль 🌱 " * 7 + "конец."
    assert len(password) >= 64
    kept = await hash_password(check_password(password, EMAIL))
    assert await verify(kept, password)
    assert not await verify(kept, password[:-1])
    assert not is_outdated(kept)


async def test_passwords_are_kept_as_argon2id_at_its_full_cost() -> None:
    assert (await hash_password("three words here")).startswith("$argon2id$v=19$m=32768,t=2,p=1$")


async def test_nobodys_password_is_never_right() -> None:
    assert not await verify(None, "nobody's")
