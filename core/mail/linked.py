"""Plain text as HTML whose web addresses are links."""

import re

from markupsafe import escape

from core.mail.ascii_link import ascii_link

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


def linked(text: str) -> str:
    """Lines and links."""
    pieces, end = [], 0
    for match in _LINK.finditer(text):
        link, href = escape(match[0]), escape(ascii_link(match[0]))
        pieces += [escape(text[end : match.start()]), f'<a href="{href}">{link}</a>']
        end = match.end()
    return "".join((*pieces, escape(text[end:]))).replace("\n", "<br>\n")
