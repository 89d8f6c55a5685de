"""Answers of programs: RFC 3834 and what came before it."""

import re

from core.mail.bounces.fields import Fields, first, parameter, readable
from core.mail.bounces.phrases import alternatives

_MARKS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply-from",
    "x-mail-autoreply",
)
_SUBJECT = re.compile(rf"\s*(?:re: ?)?{alternatives('away_subject')}", re.IGNORECASE)


def is_auto_reply(fields: Fields) -> bool:
    """Whether a program answered, for a recipient whom the mail has reached."""
    submitted = first(fields, "auto-submitted").lower()
    return (
        submitted.startswith(("auto-replied", "auto-generated"))
        or any(mark in fields for mark in _MARKS)
        or first(fields, "precedence").lower() in ("auto_reply", "auto-reply")
        or says_away(fields)
        or is_receipt(fields)
    )


def says_away(fields: Fields) -> bool:
    """Whether the subject is that of an automatic reply."""
    return _SUBJECT.match(readable(first(fields, "subject"))) is not None


def is_receipt(fields: Fields) -> bool:
    """Whether it only says that a mail was opened, or thrown away unread (RFC 8098)."""
    kind = parameter(first(fields, "content-type"), "report-type")
    return kind.lower() == "disposition-notification"
