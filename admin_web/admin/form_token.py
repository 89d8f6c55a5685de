"""What every form carries: made of the cookie, and looking another way on every page.

A page leaves packed, and packing tells by its length whether two parts of it are alike. So the
token is never on two pages the same: a pad made anew, and the token crossed with it.
"""

import hashlib
import hmac
import secrets

SIZE = hashlib.sha256().digest_size


def made(key: bytes, cookie: str) -> str:
    """The token of this cookie, under a pad of its own."""
    pad = secrets.token_bytes(SIZE)
    return (pad + _crossed(pad, _bare(key, cookie))).hex()


def fits(key: bytes, cookie: str, given: str) -> bool:
    """Whether it was made for this cookie."""
    try:
        sent = bytes.fromhex(given)
    except ValueError:
        return False
    bare = _crossed(sent[:SIZE], sent[SIZE:])
    return len(sent) == 2 * SIZE and hmac.compare_digest(bare, _bare(key, cookie))


def _bare(key: bytes, cookie: str) -> bytes:
    return hmac.digest(key, cookie.encode(errors="replace"), hashlib.sha256)


def _crossed(pad: bytes, token: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(pad, token, strict=False))
