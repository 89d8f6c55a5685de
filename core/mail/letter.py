"""Service letters (confirmations, sign-in codes): one recipient, the same frame, no list."""

import re
from datetime import datetime

from core.mail.linked import linked
from core.mail.message import Template, compile


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
    return "\n".join(f"<p>{linked(block)}</p>" for block in blocks)
