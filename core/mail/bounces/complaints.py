"""Complaints: ARF (RFC 5965), Hotmail's older form, and mails that only ask to unsubscribe."""

import re

from core.mail.bounces.addresses import addresses_in, first_address
from core.mail.bounces.fields import Fields, first, parameter, read_fields, readable
from core.mail.bounces.parts import Part
from core.mail.bounces.report import Reason, Recipient

_REASONS = {
    "abuse": Reason.ABUSE,
    "auth-failure": Reason.AUTHENTICATION_REPORT,
    "dmarc": Reason.AUTHENTICATION_REPORT,
    "not-spam": Reason.NOT_SPAM,
    "opt-out": Reason.UNSUBSCRIBED,
    "opt-out-list": Reason.UNSUBSCRIBED,
    "virus": Reason.VIRUS,
}
_UNSUBSCRIBE = re.compile(
    r"\s*(?:list-?)?(?:unsubscribe|opt-?out|отписа\w+|отписк\w"
    r"|отпиш\w+ меня|відпис\w+|відпиш\w+ мене)\b.{0,80}",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(r"complaint about|(?:e-?mail )?(?:abuse|feedback) report", re.IGNORECASE)
_RECIPIENT_FIELDS = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient")


def has_report(fields: Fields, parts: list[Part]) -> bool:
    """Whether the mail is a complaint by its own declaration."""
    kind = parameter(first(fields, "content-type"), "report-type").lower()
    return kind == "feedback-report" or any(
        part.type == "message/feedback-report" for part in parts
    )


def sounds_like_complaint(fields: Fields, returned: Fields) -> bool:
    """Whether somebody complains of a mail or wants no more, by header or in words."""
    subject = readable(first(fields, "subject"))
    return (
        "x-hmxmroriginalrecipient" in returned
        or (bool(returned) and _COMPLAINT.search(subject) is not None)
        or is_unsubscribing(fields)
    )


def is_unsubscribing(fields: Fields) -> bool:
    """Mail programs answer List-Unsubscribe with such a mail (RFC 2369)."""
    return _UNSUBSCRIBE.fullmatch(readable(first(fields, "subject"))) is not None


def complainers(fields: Fields, parts: list[Part], returned: Fields) -> tuple[Recipient, ...]:
    """Who complains, and why: the named ones, else whom the returned mail was sent to."""
    report = _report_fields(parts)
    reason = why(fields, parts)
    if is_unsubscribing(fields) and not report:
        address = first_address(first(fields, "from"))
        return (Recipient(address, reason=reason),) if address else ()
    named = _named(report) or _named(returned) or _sent_to(returned)
    return tuple(Recipient(address, reason=reason) for address in named[:200])


def why(fields: Fields, parts: list[Part]) -> Reason:
    """What is complained of, whoever does."""
    report = _report_fields(parts)
    if is_unsubscribing(fields) and not report:
        return Reason.UNSUBSCRIBED
    return _REASONS.get(first(report, "feedback-type").lower(), Reason.ABUSE)


def _report_fields(parts: list[Part]) -> Fields:
    texts = (part.text for part in parts if part.type == "message/feedback-report")
    return next((read_fields(text.split("\n")) for text in texts), {})


def _named(fields: Fields) -> list[str]:
    values = (value for name in _RECIPIENT_FIELDS for value in fields.get(name, ()))
    return addresses_in("\n".join(values))


def _sent_to(returned: Fields) -> list[str]:
    return addresses_in(first(returned, "x-original-to", "delivered-to", "to"))
