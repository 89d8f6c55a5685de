"""A mail as a person reads it: what is printed instead of being sent when DEBUG is on."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from core.mail.text import text_from_html

_SHOWN = ("From", "Reply-To", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe")


def readable(content: bytes) -> str:
    """Decoded headers, a blank line, the decoded text part, the names of attachments."""
    message = message_from_bytes(content, policy=default)
    lines = [f"{name}: {message[name]}" for name in _SHOWN if message[name]]
    files = [f"[{part.get_filename()}]" for part in message.iter_attachments()]
    return "\n".join((*lines, "", _text(message).strip(), *files))


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    text = str(part.get_content()).replace("\r\n", "\n")
    return text_from_html(text) if part.get_content_subtype() == "html" else text
