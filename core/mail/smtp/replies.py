"""Replies of an SMTP server, cut out of a stream strictly in order."""

import re
from dataclasses import dataclass

_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])([^\r\n]*))?\r?\n")
_MOST = 16_384  # octets of one reply; they are read anew whenever more of it has come


class Garbled(Exception):
    """What came is no reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply: its code and its lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as one."""
        return " ".join(self.lines)

    @property
    def refused(self) -> bool:
        """Whether it says no, for now or for good."""
        return self.code >= 400


class ReplyReader:
    """Collects bytes until they make whole replies."""

    def __init__(self) -> None:
        self.buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take what came from the socket."""
        self.buffer += data

    def take(self) -> Reply | None:
        """The next whole reply; None when more has to come."""
        position, code, lines = 0, b"", list[str]()
        while position <= _MOST and self.buffer.find(b"\n", position) >= 0:
            match = _LINE.match(self.buffer, position)
            if not match or (code and match[1] != code):
                raise Garbled(f"not a reply: {bytes(self.buffer[:60])!r}")
            code, position = match[1], match.end()
            said = (match[3] or b"").replace(b"\0", b" ")  # which no text of PostgreSQL can hold
            lines.append(said.decode("utf-8", "replace"))
            if match[2] != b"-" and position <= _MOST:
                del self.buffer[:position]
                return Reply(int(code), tuple(lines))
        if len(self.buffer) > _MOST:
            raise Garbled("a reply without an end")
        return None
