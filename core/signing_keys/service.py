"""Keys that sign for domains: made here, sealed, and used once the DNS shows their other half."""

import asyncio
import re
from base64 import b64encode
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from core.accounts.crypto import Unreadable, Vault
from core.db import Transaction
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.mail.addresses import ascii_domain
from core.mail.dkim import Signer
from core.mail.key_file import signer_of
from core.settings import Settings
from core.signing_keys.models import SigningKey

PURPOSE = "signing-keys"
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
BITS = 2048
EXPONENT = 65537

HAS_ONE = N_("{domain} has a key already. Remove it first: mails on their way are signed by it.")
LOST = N_(
    "The key that signs for {domain} can no longer be read: letters leave without its signature. "
    "An administrator removes it under “Signing keys” and makes a new one."
)
NO_DOMAIN = N_("“{typed}” is not a domain. For example: example.org")


async def make(tx: Transaction, settings: Settings, domain: str, now: datetime) -> SigningKey:
    """A new key for a domain. It signs nothing before `start`."""
    name = checked(domain)
    if await of(tx, name):
        raise Conflict(HAS_ONE, domain=name)
    private, public = await asyncio.to_thread(_generated)
    row = SigningKey(domain=name, selector=f"mc{now:%Y%m%d}", public_key=public, created_at=now)
    row.private_key = Vault(settings, PURPOSE).seal(private, name)
    tx.add(row)
    await tx.flush()
    return row


async def of(tx: Transaction, domain: str) -> SigningKey | None:
    """The domain's key."""
    found: SigningKey | None = await tx.scalar(
        select(SigningKey).where(SigningKey.domain == domain.lower())
    )
    return found


def record(key: SigningKey) -> tuple[str, str]:
    """What is to be published in the DNS: the name, and what stands there (TXT)."""
    return f"{key.selector}._domainkey.{key.domain}", f"v=DKIM1; k=rsa; p={key.public_key}"


async def signer_for(tx: Transaction, settings: Settings, address: str) -> Signer | None:
    """What signs the mails from this address, if its domain has a key in use."""
    key = await of(tx, address.rpartition("@")[2])
    if key is None or key.signs_since is None:
        return None
    opened = Vault(settings, PURPOSE).open(key.private_key, key.domain)
    if opened.stale:
        key.private_key = Vault(settings, PURPOSE).seal(opened.password, key.domain)
    return _signer(key.domain, key.selector, opened.password)


async def known_for(tx: Transaction, settings: Settings, address: str) -> Signer | None:
    """The same, else the key that the settings name if it speaks for this address.

    Raises Conflict where the domain's own cannot be read.
    """
    try:
        if made_here := await signer_for(tx, settings, address):
            return made_here
    except Unreadable as error:
        raise Conflict(LOST, domain=address.rpartition("@")[2]) from error
    named = signer_of(settings)
    return named if named and named.aligned(address) else None


def checked(domain: str) -> str:
    """A domain as it is kept: in ASCII, small letters."""
    typed = domain.strip().rstrip(".")
    try:
        name = ascii_domain(f"x@{typed}").removeprefix("x@").lower()
    except ValueError as error:
        raise Invalid(NO_DOMAIN, typed=typed) from error
    if not _DOMAIN.fullmatch(name):
        raise Invalid(NO_DOMAIN, typed=typed)
    return name


@lru_cache(maxsize=64)
def _signer(domain: str, selector: str, private: str) -> Signer:
    """Reading a key costs more than signing with it."""
    return Signer(domain, selector, private.encode())


def _generated() -> tuple[str, str]:
    key = rsa.generate_private_key(EXPONENT, BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), b64encode(public).decode()
