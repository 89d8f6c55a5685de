"""A run and a recipient in one word, which nobody without the key can make: `r7.c12.5f0c…`.

It stands in Message-IDs and in the addresses that bounces come back to, under a key for each. No
letter's case matters, since mail servers do not all keep it.
"""

import hmac
import re

from core.keys import mac

MESSAGE_ID = "message-id"  # the purposes of the keys in core.keys
BOUNCE = "bounce"

_MAC = 6
_MARK = re.compile(r"(r([1-9][0-9]{0,18})\.c([1-9][0-9]{0,18}))\.([0-9a-f]{12})").fullmatch


def sign(run_id: int, client_id: int, key: bytes) -> str:
    """The word, at most 54 characters: with `bounce+` it fits a local part."""
    named = f"r{run_id}.c{client_id}"
    return f"{named}.{_mac(named, key)}"


def read(mark: str, *keys: bytes) -> tuple[int, int] | None:
    """The run's id and the client's; None for what `sign` has not made with one of the keys."""
    found = _MARK(mark.lower())
    if not found or not any(hmac.compare_digest(found[4], _mac(found[1], key)) for key in keys):
        return None
    return int(found[2]), int(found[3])


def _mac(named: str, key: bytes) -> str:
    return mac(named.encode(), key)[:_MAC].hex()
