"""The two bodies of a mail as pieces: what is the same for everybody is encoded here, once."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from markupsafe import escape

from core.mail.mime import Field, Pieces
from core.mail.placeholders import Slot
from core.mail.quoted import SIMPLE, SOFT, quoted, quoted_value

Encoding = Literal["quoted-printable", "8bit"]

_LONGEST = 700  # octets of a line that leave room for values below the 998 of RFC 5322
_MARK = re.compile("\ue000([0-9]+)\ue001")
_MARKS = re.compile("[\ue000\ue001]")
_IN_LINK = re.compile(r"""(?:href|src)="([^"<>]*)$""")
_IN_URL = re.compile(r"https?://[^\s<>()]*$")
_SAFE_LINK = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)


class Marks:
    """Slots taken out of a text before it is laid out, to be found again afterwards."""

    def __init__(self) -> None:
        self._slots: list[Slot] = []

    def hide(self, pieces: list[str | Slot]) -> str:
        """The text with a mark for each slot."""
        return "".join(
            _MARKS.sub("", piece) if isinstance(piece, str) else self._mark(piece)
            for piece in pieces
        )

    def _mark(self, slot: Slot) -> str:
        self._slots.append(slot)
        return f"\ue000{len(self._slots) - 1}\ue001"

    def show(self, text: str) -> list[str | Slot]:
        """The text cut at its marks: text and slots in turn."""
        cut: list[str | Slot] = list(_MARK.split(text))
        cut[1::2] = [self._slots[int(str(number))] for number in cut[1::2]]
        return cut


def choose(encoding: Encoding, pieces: list[str | Slot]) -> Encoding:
    """8bit only when every line stays short enough."""
    lines = "".join(piece for piece in pieces if isinstance(piece, str)).split("\n")
    fits = all(len(line.encode()) <= _LONGEST for line in lines)
    return encoding if fits else "quoted-printable"


def text_body(pieces: list[str | Slot], encoding: Encoding) -> Pieces:
    """The pieces of the text part; values within web addresses are percent-encoded."""
    return _body(pieces, encoding, lambda before: "in_link" if _IN_URL.search(before) else "text")


def html_body(pieces: list[str | Slot], encoding: Encoding) -> Pieces:
    """The pieces of the HTML part: values escaped, those within links percent-encoded."""
    return _body(pieces, encoding, _context)


def _body(pieces: list[str | Slot], encoding: Encoding, context: Callable[[str], str]) -> Pieces:
    body, before = Pieces(), ""
    for piece in pieces:
        body.append(_piece(piece, encoding, _WRITERS[encoding][context(before)]))
        before = (before + piece)[-2000:] if isinstance(piece, str) else before + "x"
    return body


def _context(before: str) -> str:
    link = _IN_LINK.search(before)
    if not link:
        return "html"
    return "in_link" if link[1] else "link"


def _piece(piece: str | Slot, encoding: Encoding, write: Callable[[str], bytes]) -> bytes | Field:
    if isinstance(piece, Slot):
        return Field(piece.name, piece.fallback, write)
    return quoted(piece) if encoding == "quoted-printable" else _raw(piece)


def _raw(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def _line(value: str) -> str:
    return " ".join(value.split())


def _link(value: str) -> str:
    return str(escape(_line(value))) if _SAFE_LINK.match(value) else "#"


@lru_cache(maxsize=8192)
def _quoted_html(value: str) -> bytes:
    return quoted_value(str(escape(value)))


def _quoted_in_link(value: str) -> bytes:
    return value.encode() + SOFT if SIMPLE(value) else quoted_value(quote(value, safe=""))


_WRITERS: dict[Encoding, dict[str, Callable[[str], bytes]]] = {
    "quoted-printable": {
        "text": quoted_value,
        "html": _quoted_html,
        "link": lambda value: quoted_value(_link(value)),
        "in_link": _quoted_in_link,
    },
    "8bit": {
        "text": lambda value: _line(value)[:100].encode(),
        "html": lambda value: str(escape(_line(value)[:100])).encode(),
        "link": lambda value: _link(value)[:200].encode(),
        "in_link": lambda value: quote(value[:60], safe="").encode(),
    },
}
