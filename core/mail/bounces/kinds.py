"""Whether a mail is a bounce: by its structure, by who wrote it, by its words."""

import re

from core.mail.bounces.addresses import first_address, is_service
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
    nobody = is_by_nobody(fields) or not first_address(first(fields, "from"))
    return nobody or names_daemon(fields) or bool(_DAEMON.search(path))


def is_by_nobody(fields: Fields) -> bool:
    """Whether nobody is to be answered: a program wrote it, if only to say that somebody is away
    (RFC 3834)."""
    return first(fields, "return-path", "x-envelope-from") == "<>"


def is_answer(fields: Fields) -> bool:
    """Whether a person answered or forwarded something, perhaps a report."""
    return bool(_ANSWERED.match(readable(first(fields, "subject")))) and not names_daemon(fields)


def sounds_like_bounce(fields: Fields, notice: str, returned: Fields) -> bool:
    """Two signs of four; a forwarded or answered report is a person's mail."""
    subject = readable(first(fields, "subject"))
    if is_answer(fields):
        return False
    start = notice[:4000]
    signs = (
        _tells_failure(fields, start),
        _SUBJECT.search(subject),
        is_by_daemon(fields),
        "message-id" in returned,
    )
    return sum(map(bool, signs)) >= 2


def is_plain_failure(fields: Fields, notice: str) -> bool:
    """Whether a mail marked as automatic is a bounce all the same: its subject says so, and it
    brings a server's code."""
    start = notice[:4000]
    named = _SUBJECT.search(readable(first(fields, "subject"))) and not is_answer(fields)
    return bool(named and (status_in(start) or code_in(start)))


def _tells_failure(fields: Fields, start: str) -> bool:
    """A person may write of an order that was not delivered, or of 500 pieces."""
    if status_in(start):
        return True
    if _writes_back(fields):
        return False
    if code_in(start) or _WORDS.search(start):
        return True
    told = first_address(start) or reason_in(start) is not Reason.UNKNOWN
    return names_daemon(fields) and bool(told)


def _writes_back(fields: Fields) -> bool:
    """Whether somebody who can be answered refers to an earlier mail."""
    refers = first(fields, "in-reply-to", "references")
    automatic = is_by_daemon(fields) or is_service(first_address(first(fields, "from")))
    return bool(refers) and not automatic
