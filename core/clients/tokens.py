"""The token of an unsubscribe link: names a client, cannot be made or altered by anyone else."""

from core import signed
from core.errors import NotFound
from core.i18n import N_

KEY = "unsubscribe"  # the purpose of the key in core.keys
_OCTETS, _PROOF = 8, 16

UNKNOWN = N_("This link is not known here. Perhaps a part of it was lost on the way.")


def sign(client_id: int, key: bytes) -> str:
    """What goes into the link."""
    return signed.sign(client_id.to_bytes(_OCTETS), key, _PROOF)


def read(token: str, *keys: bytes) -> int:
    """The client's id; NotFound for anything that `sign` has not made with one of the keys."""
    named = signed.read(token, _OCTETS, _PROOF, *keys)
    if named is None:
        raise NotFound(UNKNOWN)
    return int.from_bytes(named)
