"""Status codes (RFC 3463, RFC 5248) and replies of SMTP in running text, and what they mean."""

import re

from core.mail.bounces.report import Reason

_STATUS = re.compile(r"(?<![\w.])([45]\.\d{1,2}\.\d{1,3})(?![\w]|\.\d)")
_REPLY = re.compile(r"(?<![\w.:@/-])([45][0-7]\d)(?=[ :-][^\d]|[ -][45]\.\d|$)", re.MULTILINE)
_REPLY_OF_SERVER = re.compile(
    r"(?:said|reply|response|replied|returned|smtp|x-unix|code|error)\s?[:;=]?\s{0,4}['\"]?"
    r"([45][0-7]\d)(?=[ :,;'-]|$)",
    re.IGNORECASE | re.MULTILINE,
)


def status_in(text: str) -> str | None:
    """The first status that says more than its class, else the first."""
    found: list[str] = _STATUS.findall(text)
    return next((status for status in found if not is_vague(status)), found[0] if found else None)


def is_vague(status: str) -> bool:
    """Whether a status says no more than its class."""
    return status.endswith(".0.0")


def code_in(text: str) -> int | None:
    """The reply of the server, best where the text says that it is one."""
    match = _REPLY_OF_SERVER.search(text) or _REPLY.search(text)
    return int(match[1]) if match else None


_BY_DETAIL = {
    "1.1": Reason.USER_UNKNOWN,
    "1.2": Reason.HOST_UNKNOWN,
    "1.3": Reason.USER_UNKNOWN,
    "1.4": Reason.USER_UNKNOWN,
    "1.6": Reason.MOVED,
    "1.7": Reason.POLICY,
    "1.8": Reason.POLICY,
    "1.10": Reason.NOT_ACCEPTING,
    "2.1": Reason.DISABLED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_BIG,
    "3.1": Reason.SYSTEM,
    "3.4": Reason.TOO_BIG,
    "4.3": Reason.SYSTEM,
    "4.4": Reason.HOST_UNKNOWN,
    "4.5": Reason.RATE_LIMITED,
    "4.7": Reason.EXPIRED,
    "7.13": Reason.DISABLED,
    "7.17": Reason.MOVED,
    "7.25": Reason.BLOCKED,
    "7.27": Reason.NOT_ACCEPTING,
    "7.28": Reason.RATE_LIMITED,
}
_AUTHENTICATION = {"7.20", "7.21", "7.22", "7.23", "7.24", "7.26", "7.29", "7.509", "7.515"}
_BY_SUBJECT = {
    "2": Reason.FILTERED,
    "3": Reason.SYSTEM,
    "4": Reason.NETWORK,
    "5": Reason.SYSTEM,
    "6": Reason.CONTENT,
    "7": Reason.POLICY,
}
_BY_CODE = {
    421: Reason.NETWORK,
    452: Reason.RATE_LIMITED,
    521: Reason.NOT_ACCEPTING,
    551: Reason.MOVED,
    552: Reason.MAILBOX_FULL,
    553: Reason.USER_UNKNOWN,
    556: Reason.NOT_ACCEPTING,
}


def is_of_authentication(status: str | None) -> bool:
    """Whether SPF, DKIM or DMARC are at fault, whatever the words say of the mail."""
    return status is not None and status[2:] in _AUTHENTICATION


def reason_of_codes(status: str | None, code: int | None) -> Reason:
    """For replies whose words say nothing."""
    if is_of_authentication(status):
        return Reason.AUTHENTICATION
    detail = status[2:] if status else ""
    by_status = _BY_DETAIL.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0])
    return by_status or _BY_CODE.get(code or 0, Reason.UNKNOWN)
