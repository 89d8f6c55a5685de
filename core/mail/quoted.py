"""Quoted-printable (RFC 2045, 6.7) in pieces that can be put together in any order.

Each piece begins at the start of a line and, when it does not end one, closes with a soft break:
so what is the same in every mail is encoded once, and only values are encoded per recipient. A
dot at the start of a line is written =2E, which spares the transport from stuffing it, and
`From ` as =46rom, which spares mailboxes from quoting it.
"""

import re
from functools import lru_cache

LIMIT = 75  # and "=" makes the 76 that a line may have
SOFT = b"=\r\n"

SIMPLE = re.compile(f"[A-Za-z0-9_-]{{1,{LIMIT}}}").fullmatch
_PLAIN = {c: chr(c) for c in range(33, 127) if c != ord("=")} | {32: " ", 9: "\t"}
_TABLE = [_PLAIN.get(c, f"={c:02X}") for c in range(256)]


def quoted(text: str) -> bytes:
    """A piece of text with LF line ends; ends with a soft break unless it ends a line."""
    *whole, last = text.split("\n")
    lines = [_line(line.encode(), ends=True) for line in whole]
    return "\r\n".join((*lines, _line(last.encode(), ends=False))).encode()


def quoted_value(value: str) -> bytes:
    """The same for a value, which is one line."""
    return value.encode() + SOFT if SIMPLE(value) else _remembered(value)


@lru_cache(maxsize=8192)
def _remembered(value: str) -> bytes:
    return quoted(" ".join(value.split()))


def _line(data: bytes, ends: bool) -> str:
    signs = [_TABLE[c] for c in data]
    if ends and data and data[-1] in b" \t":
        signs[-1] = f"={data[-1]:02X}"
    if data.startswith(b"From "):
        signs[0] = "=46"
    lines: list[str] = [""]
    for sign in signs:
        if len(lines[-1]) + len(sign) > LIMIT:
            lines.append("")
        lines[-1] += sign if sign != "." or lines[-1] else "=2E"
    if not ends and signs:
        lines.append("")
    return "=\r\n".join(lines)
