"""Whether a mail is a bounce: by its structure, by who wrote it, by its words."""

import re

from core.mail.bounces.addresses import first_address
from core.mail.bounces.fields import Fields, first, parameter, readable
from core.mail.bounces.phrases import pattern
from core.mail.bounces.report import Reason
from core.mail.bounces.statuses import code_in, status_in
from core.mail.bounces.wording import reason_in

_DAEMON, _SUBJECT, _WORDS = pattern("daemon"), pattern("bounce_subject"), pattern("bounce_words")
_ANSWERED = re.compile(r"\s*(?:re|fwd?|aw|wg|tr|rv|отв|ha|пересл?)\s*:", re.IGNORECASE)


def has_report(fields: Fields) -> bool:
    """Whether the mail is a delivery report by its own declaration."""
    content = first(fields, "content-type").lower()
    about = parameter(content, "report-type") or "delivery-status"
    declared = content.startswith("multipart/report") and about == "delivery-status"
    return declared or "x-failed-recipients" in fields


def names_daemon(fields: Fields) -> bool:
    """Whether the sender calls itself a mail system."""
    return bool(_DAEMON.search(readable(first(fields, "from"))))


def is_by_daemon(fields: Fields) -> bool:
    """Whether a mail system wrote it: its name, or nobody to answer."""
    path = first(fields, "return-path", "x-envelope-from")
    nobody = path == "<>" or not first_address(first(fields, "from"))
    return nobody or names_daemon(fields) or bool(_DAEMON.search(path))


def is_answer(fields: Fields) -> bool:
    """Whether a person answered or forwarded something, perhaps a report."""
    return bool(_ANSWERED.match(readable(first(fields, "subject")))) and not names_daemon(fields)


def sounds_like_bounce(fields: Fields, notice: str, returned: Fields) -> bool:
    """Two signs of four; a forwarded or answered report is a person's mail."""
    subject = readable(first(fields, "subject"))
    if is_answer(fields):
        return False
    start = notice[:4000]
    by_daemon = is_by_daemon(fields)
    words = _WORDS.search(start) or status_in(start) or code_in(start)
    words = words or (by_daemon and (first_address(start) or reason_in(start)) != Reason.UNKNOWN)
    signs = (words, _SUBJECT.search(subject), by_daemon, "message-id" in returned)
    return sum(map(bool, signs)) >= 2
