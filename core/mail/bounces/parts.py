"""A mail taken apart, whatever it looks like: bounded in size, depth and number of parts."""

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.mail.bounces.fields import Fields, first, parameter, read_fields, sound

_BYTES = 1 << 20  # reports stand in front of the mail they return
_DEPTH = 6
_PARTS = 60
_LINE_END = re.compile(r"\r\n|\r|\n")
_ENCODED_WORD_LINE = re.compile(rb"[^A-Za-z0-9+/=\s]")


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf: its media type, its header fields and its text, decoded."""

    type: str
    fields: Fields
    text: str


def take_apart(mail: bytes) -> tuple[Fields, list[Part]]:
    """The header fields of the mail and its leaves in order."""
    lines = _LINE_END.split(mail[:_BYTES].decode("latin-1"))
    if lines and lines[0].startswith("From "):
        del lines[0]  # an mbox's separator
    fields, body = _divide(lines)
    leaves: list[Part] = []
    for part in _leaves(fields, body, 0):
        leaves.append(part)
        if len(leaves) == _PARTS:
            break
    return fields, leaves


def _divide(lines: list[str]) -> tuple[Fields, list[str]]:
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return read_fields([_utf8(line) for line in lines[:end]]), lines[end + 1 :]


def _utf8(line: str) -> str:
    """A header line as RFC 6532 has it, or as it came."""
    try:
        return line if line.isascii() else line.encode("latin-1").decode()
    except UnicodeDecodeError:
        return line


def _leaves(fields: Fields, body: list[str], depth: int) -> Iterator[Part]:
    content = first(fields, "content-type")
    boundary = parameter(content, "boundary")
    pieces = _pieces(body, boundary) if boundary and depth < _DEPTH else []
    if not pieces:
        yield _leaf(content, fields, body)
    for piece in pieces:
        yield from _leaves(*_divide(piece), depth + 1)


def _pieces(body: list[str], boundary: str) -> list[list[str]]:
    pieces: list[list[str]] = []
    for line in body:
        if line.startswith("--") and line.rstrip() in (f"--{boundary}", f"--{boundary}--"):
            if line.rstrip().endswith(f"{boundary}--"):
                break
            pieces.append([])
        elif pieces:
            pieces[-1].append(line)
    return pieces[:_PARTS]


def _leaf(content: str, fields: Fields, body: list[str]) -> Part:
    media = content.split(";")[0].strip().lower() or "text/plain"
    if media.startswith("multipart/"):
        media = "text/plain"  # its boundary never comes
    encoding = first(fields, "content-transfer-encoding").lower()
    raw = _decoded("\n".join(body).encode("latin-1"), encoding)
    return Part(media, fields, _text(raw, parameter(content, "charset")))


def _decoded(raw: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    if encoding != "base64" or _ENCODED_WORD_LINE.search(raw[:400]):
        return raw
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        return raw


def _text(raw: bytes, charset: str) -> str:
    guesses = ["iso2022_jp"] if b"\x1b$" in raw or b"\x1b(" in raw else []
    for name in [*guesses, "utf-8", charset]:
        try:
            return sound(raw.decode(name))
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")
