"""Mails for tests."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Literal

from core.mail.message import Template, compile

DATE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def template(**changes: Any) -> Template:
    """A mailing with everything on it."""
    usual: dict[str, Any] = {
        "subject": "Скидки, {имя|друг}",
        "html": "<h1>Скидки</h1><p>Здравствуйте, {first_name|друг}!</p>",
        "sender": "shop@example.org",
        "sender_name": "Магазин «Ёлка», ООО",
        "reply_to": "owner@example.org",
        "unsubscribe_url": "https://mail.example.org/u/{token}?a=1&b=2",
        "unsubscribe_mail": "u+{token}@example.org",
        "list_id": "<1.lists.example.org>",
        "feedback_id": "7:1:mailing:mc",
        "footer": "ООО «Ёлка»\nМосква, Тверская, 1",
    }
    return Template(**(usual | changes))


def render(
    given: Template | None = None,
    values: dict[str, str] | None = None,
    *,
    recipient: str = "anna@example.org",
    **more: Any,
) -> bytes:
    """The mail to Anna, or to whom it is said."""
    usual: dict[str, Any] = {"message_id": "1.2@example.org", "date": DATE, "token": "t_k-1"}
    return compile(given or template()).render(
        {"first_name": "Анна"} if values is None else values,
        recipient=recipient,
        **(usual | more),
    )


def parsed(content: bytes) -> EmailMessage:
    """The mail as Python's own parser reads it."""
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def body(message: EmailMessage, kind: Literal["plain", "html"] = "plain") -> str:
    """The decoded text of a part."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
