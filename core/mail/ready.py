"""Whether a message's lines are fit for the wire, checked once for what many mails share."""

import re

_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


class Ready(bytes):
    """A message known to be ASCII in lines that end in CRLF, none of which begins with a dot."""

    __slots__ = ()


def is_ready(content: bytes) -> bool:
    """Whether `content` may be called ready."""
    dotted = content.startswith(b".") or b"\r\n." in content
    return not dotted and content.endswith(b"\r\n") and not _BARE.search(content)


def whole_lines(content: bytes) -> bytes:
    """The last line ended; a bare CR or LF becomes CRLF and never a message's end."""
    breaks = content.count(b"\r\n")
    if content.count(b"\n") != breaks or content.count(b"\r") != breaks:
        content = _BARE.sub(b"\r\n", content)
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def stuffed(content: bytes) -> bytes:
    """Lines that begin with a dot get another (RFC 5321, 4.5.2)."""
    if b"\r\n." in content:
        content = content.replace(b"\r\n.", b"\r\n..")
    return b"." + content if content.startswith(b".") else content
