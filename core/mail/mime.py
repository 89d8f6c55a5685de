"""MIME parts as lists of pieces: ready bytes, and fields to be filled per recipient."""

from base64 import encodebytes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from core.mail.headers import one_line, unstructured


@dataclass(frozen=True, slots=True)
class Field:
    """Where a recipient's value goes, and how it is written there."""

    name: str
    fallback: str
    encode: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside a mail: an attachment, or with `cid` a picture shown in its HTML."""

    name: str
    mime: str
    content: bytes
    cid: str | None = None


Pieces = list[bytes | Field]


def leaf(subtype: str, encoding: str, body: Pieces) -> Pieces:
    """A text part; its body is encoded already."""
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return [head.encode(), *body]


def multipart(subtype: str, boundary: str, parts: Sequence[Pieces]) -> Pieces:
    """Parts within one; a single part stays itself."""
    if len(parts) == 1:
        return parts[0]
    line = f"--{boundary}".encode()
    pieces: Pieces = [
        f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    ]
    for part in parts:
        pieces += [line + b"\r\n", *part, b"\r\n"]
    return [*pieces, line + b"--\r\n"]


def file(part: Part) -> Pieces:
    """An attachment or an inline picture, in base64."""
    name = one_line(part.name.replace('"', "'").replace("\\", "_")) or "file"
    place = b"inline" if part.cid else b"attachment"
    head = [
        b"Content-Type: " + _media_type(part.mime) + b";\r\n name=" + _quoted_name(name),
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: " + place + b";\r\n " + _filename(name),
    ]
    if part.cid:
        head.append(b"Content-ID: <" + _token(part.cid).encode() + b">")
    body = encodebytes(part.content).replace(b"\n", b"\r\n")
    return [b"\r\n".join(head) + b"\r\n\r\n" + body]


def joined(pieces: Pieces) -> Pieces:
    """Neighbouring bytes as one piece."""
    result: Pieces = []
    for piece in pieces:
        if isinstance(piece, bytes) and result and isinstance(last := result[-1], bytes):
            result[-1] = last + piece
        else:
            result.append(piece)
    return result


def _media_type(mime: str) -> bytes:
    kind, slash, subtype = mime.lower().partition("/")
    if not slash or not all(c.isalnum() or c in ".+-" for c in kind + subtype):
        return b"application/octet-stream"
    return f"{kind}/{subtype}".encode()


def _token(text: str) -> str:
    return "".join(c for c in text if c.isascii() and (c.isalnum() or c in ".@_-"))


def _quoted_name(name: str) -> bytes:
    return b'"' + unstructured(name) + b'"'


def _filename(name: str) -> bytes:
    if name.isascii() and len(name) < 60:
        return f'filename="{name}"'.encode()
    first, *rest = _cut([quote(letter.encode(), safe="") for letter in name])
    if not rest:
        return f"filename*=utf-8''{first}".encode()
    # RFC 2231 continuations; some programs decode each by itself, so no letter is cut in two
    lines = [f"filename*0*=utf-8''{first}", *(f"filename*{n}*={p}" for n, p in enumerate(rest, 1))]
    return ";\r\n ".join(lines).encode()


def _cut(letters: list[str]) -> list[str]:
    pieces = [""]
    for letter in letters:
        if len(pieces[-1]) + len(letter) > 54:
            pieces.append("")
        pieces[-1] += letter
    return pieces
