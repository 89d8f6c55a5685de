"""Answers of programs: RFC 3834 and what came before it."""

import re

from core.mail.bounces.fields import Fields, first, readable
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
        or _SUBJECT.match(readable(first(fields, "subject"))) is not None
    )
