"""Passwords at rest: AES-GCM by a key of SECRET_KEY's, bound to the server they are for.

After a change of SECRET_KEY the one before it, in SECRET_KEY_BEFORE, still opens what it sealed;
what is opened so is sealed anew.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.keys import keys_for
from core.settings import Settings

PURPOSE = "smtp-passwords"
VERSION = "v1"
NONCE = 12


class Unreadable(Exception):
    """No key of ours opens it."""


@dataclass(frozen=True)
class Opened:
    """A password; `stale` when an earlier key sealed it."""

    password: str = field(repr=False)
    stale: bool = False


class Vault:
    """Seals and opens. A sealed password is good for the server and the name it was sealed for:
    moved to another row, or with the host changed under it, it does not open."""

    def __init__(self, settings: Settings, purpose: str = PURPOSE) -> None:
        self._keys = [AESGCM(key) for key in keys_for(settings, purpose)]

    def seal(self, password: str, bound_to: str) -> str:
        """As it may be kept."""
        nonce = secrets.token_bytes(NONCE)
        sealed = self._keys[0].encrypt(nonce, password.encode(), bound_to.encode())
        return f"{VERSION}:{urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, bound_to: str) -> Opened:
        """The password; raises Unreadable."""
        version, _, packed = sealed.partition(":")
        if version != VERSION:
            raise Unreadable(f"sealed by another version: {version}")
        raw = urlsafe_b64decode(packed)
        for key in self._keys:
            try:
                plain = key.decrypt(raw[:NONCE], raw[NONCE:], bound_to.encode())
            except InvalidTag:
                continue
            return Opened(plain.decode(), stale=key is not self._keys[0])
        raise Unreadable("SECRET_KEY is another one now")
