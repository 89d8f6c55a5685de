"""Keys of rows as parts of addresses: numbers as they are, texts behind a tilde."""

import re

from core.errors import NotFound

PART = r"[0-9~][\w.@:~-]{0,400}"  # what a key, or several joined by hyphens, consists of
_PLAIN = re.compile(r"[A-Za-z0-9_.@:]")
_BYTES = re.compile(r"((?:~[0-9a-f]{2})+)")
_BIGGEST = 2**63


def written(value: object) -> str:
    """One part of a key."""
    if isinstance(value, int):
        return str(value)
    return "~" + "".join(
        sign if _PLAIN.match(sign) else "".join(f"~{byte:02x}" for byte in sign.encode())
        for sign in str(value)
    )


def read(part: str, as_text: bool) -> int | str:
    """The value again; NotFound for what was never written so."""
    if not as_text:
        if not part.isascii() or not part.isdigit() or int(part[:20]) >= _BIGGEST:
            raise NotFound
        return int(part)
    try:
        value = _BYTES.sub(lambda found: _decoded(found[1]), part.removeprefix("~"))
    except ValueError as error:
        raise NotFound from error
    if written(value) != part or "\0" in value:
        raise NotFound
    return value


def _decoded(written_bytes: str) -> str:
    return bytes.fromhex(written_bytes.replace("~", "")).decode()
