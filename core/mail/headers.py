"""Header fields: RFC 2047 words for what is not ASCII, folded, never a line of its own."""

import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from core.mail.addresses import ascii_domain

_WORD_BYTES = 39  # 52 characters of base64: with its frame and a field's name below 76
_WIDTH = 76
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*").fullmatch
_CONTROL = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    """White space and control characters as single spaces."""
    return _CONTROL.sub(" ", text).strip()


@lru_cache(maxsize=4096)
def unstructured(text: str) -> bytes:
    """A value such as a subject."""
    text = one_line(text)
    return _folded(text) if _is_plain(text) else b"\r\n ".join(_words(text))


@lru_cache(maxsize=8192)
def phrase(text: str) -> bytes:
    """A display name: bare, quoted, or as encoded words."""
    text = one_line(text)
    if not _is_plain(text) or len(text) > _WIDTH - 10:
        return b"\r\n ".join(_words(text))
    if _ATOMS(text):
        return text.encode()
    return b'"' + re.sub(r'(["\\])', r"\\\1", text).encode() + b'"'


def mailbox(address: str, name: str = "") -> bytes:
    """`Name <address>`, the address alone without a name."""
    plain = ascii_domain(address).encode()
    if not name.strip():
        return plain
    label = phrase(name)
    last = len(label) - label.rfind(b"\n")
    return label + (b" <" if last + len(plain) < _WIDTH - 10 else b"\r\n <") + plain + b">"


@lru_cache(maxsize=64)
def date(moment: datetime) -> bytes:
    """An aware time as RFC 5322 writes it."""
    if moment.tzinfo is None:
        raise ValueError("a date needs a time zone")
    return format_datetime(moment.replace(microsecond=0)).encode()


def _is_plain(text: str) -> bool:
    longest = max(map(len, text.split(" ")), default=0)
    return text.isascii() and "=?" not in text and longest < 900


def _words(text: str) -> Iterator[bytes]:
    chunk = b""
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(chunk) + len(encoded) > _WORD_BYTES:
            yield b"=?utf-8?b?" + b64encode(chunk) + b"?="
            chunk = b""
        chunk += encoded
    yield b"=?utf-8?b?" + b64encode(chunk) + b"?="


def _folded(text: str) -> bytes:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > _WIDTH - 12:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join((*lines, line)).encode()
