"""The token of an unsubscribe link: names a client, cannot be made or altered by anyone else."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from core.errors import NotFound
from core.i18n import N_
from core.keys import mac

KEY = "unsubscribe"  # the purpose of the key in core.keys
_MAC = 16
_LENGTH = (8 + _MAC) * 4 // 3

UNKNOWN = N_("This link is not known here. Perhaps a part of it was lost on the way.")


def sign(client_id: int, key: bytes) -> str:
    """What goes into the link."""
    named = client_id.to_bytes(8)
    return urlsafe_b64encode(named + _mac(named, key)).decode()


def read(token: str, *keys: bytes) -> int:
    """The client's id; NotFound for anything that `sign` has not made with one of the keys."""
    if len(token) != _LENGTH or not token.isascii():
        raise NotFound(UNKNOWN)
    try:
        raw = urlsafe_b64decode(token)
    except ValueError as error:
        raise NotFound(UNKNOWN) from error
    named, mac = raw[:8], raw[8:]
    if not any(hmac.compare_digest(mac, _mac(named, key)) for key in keys):
        raise NotFound(UNKNOWN)
    return int.from_bytes(named)


def _mac(named: bytes, key: bytes) -> bytes:
    return mac(named, key)[:_MAC]
