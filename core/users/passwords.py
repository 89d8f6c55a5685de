"""Passwords: what one must be, and how it is kept (argon2id)."""

import asyncio
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Invalid
from core.i18n import N_

SHORTEST = 10
LONGEST = 500
_HASHER = PasswordHasher(memory_cost=32 * 1024, time_cost=2, parallelism=1)
_COMMON = Path(__file__).with_name("common_passwords.txt")

SHORT = N_("A password has at least {least} characters; a few words in a row are easy to remember.")
LONG = N_("A password has at most {most} characters.")
COMMON = N_("This password is on every list of common ones. Choose another, please.")
OWN = N_("A password must not be made of the address it protects.")


def check_password(typed: str, email: str) -> str:
    """The password as it will be kept, or Invalid in words; any characters will do."""
    password = _composed(typed)
    if len(password) < SHORTEST:
        raise Invalid(SHORT, least=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid(LONG, most=LONGEST)
    if password.casefold() in _common() or len(set(password)) < 4:
        raise Invalid(COMMON)
    if password.casefold() in (email.casefold(), email.casefold().partition("@")[0]):
        raise Invalid(OWN)
    return password


async def hash_password(password: str) -> str:
    """The hash to keep, made beside the event loop."""
    return await asyncio.to_thread(_HASHER.hash, _composed(password))


async def verify(kept: str | None, typed: str) -> bool:
    """Whether `typed` is the password; as slow when nobody has one as when it is wrong."""
    return await asyncio.to_thread(_verify, kept or _nobodys(), typed) and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def _verify(kept: str, typed: str) -> bool:
    try:
        return _HASHER.verify(kept, _composed(typed)[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


def _composed(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed)


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody's")


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text("utf-8").split())
