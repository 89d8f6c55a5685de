"""Octets in a web address that nobody without the key can make or alter."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from core.keys import mac


def sign(said: bytes, key: bytes, proof: int) -> str:
    """The octets and `proof` octets of their HMAC, as base64 for addresses."""
    return urlsafe_b64encode(said + mac(said, key)[:proof]).decode()


def read(token: str, length: int, proof: int, *keys: bytes) -> bytes | None:
    """The `length` octets; None for what `sign` has not made with one of the keys."""
    if len(token) != (length + proof) * 4 // 3 or not token.isascii():
        return None
    try:
        raw = urlsafe_b64decode(token)
    except ValueError:
        return None
    said, signed = raw[:length], raw[length:]
    good = any(hmac.compare_digest(signed, mac(said, key)[:proof]) for key in keys)
    return said if good else None
