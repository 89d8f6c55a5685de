"""Service letters (confirmations, sign-in codes): one recipient, the same frame, no list."""

import re
from datetime import datetime

from markupsafe import escape

from core.mail.message import Template, compile

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


def plain_letter(
    subject: str,
    text: str,
    html: str | None = None,
    *,
    sender: str,
    recipient: str,
    message_id: str,
    date: datetime,
    sender_name: str = "",
    name: str = "",
    reply_to: str | None = None,
    footer: str = "",
    language: str = "ru",
) -> bytes:
    """A complete letter; without `html` the text is shown in paragraphs, its links live.

    Nothing in it is taken for a placeholder.
    """
    template = Template(
        subject=subject,
        html=paragraphs(text) if html is None else html,
        text=text,
        sender=sender,
        sender_name=sender_name,
        reply_to=reply_to,
        footer=footer,
        language=language,
        known=(),
        auto_submitted=True,
    )
    compiled = compile(template)
    return compiled.render({}, recipient=recipient, name=name, message_id=message_id, date=date)


def paragraphs(text: str) -> str:
    """Plain text as HTML: an empty line parts paragraphs, web addresses become links."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return "\n".join(f"<p>{_linked(block)}</p>" for block in blocks)


def _linked(text: str) -> str:
    pieces, end = [], 0
    for match in _LINK.finditer(text):
        link = escape(match[0])
        pieces += [escape(text[end : match.start()]), f'<a href="{link}">{link}</a>']
        end = match.end()
    return "".join((*pieces, escape(text[end:]))).replace("\n", "<br>\n")
