"""What the reader returns."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a mail that came in is, in one word."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto-reply"
    OTHER = "other"


class Reason(StrEnum):
    """Why a mail came back; the last five belong to complaints and automatic replies."""

    USER_UNKNOWN = "user_unknown"
    HOST_UNKNOWN = "host_unknown"
    MOVED = "moved"
    NOT_ACCEPTING = "not_accepting"  # the domain takes no mail at all
    DISABLED = "disabled"
    MAILBOX_FULL = "mailbox_full"
    FILTERED = "filtered"  # refused by the recipient's own rules, or for a reason kept to itself
    BLOCKED = "blocked"  # the sending server's address or name
    SPAM = "spam"
    VIRUS = "virus"
    AUTHENTICATION = "authentication"  # SPF, DKIM, DMARC
    POLICY = "policy"
    CONTENT = "content"
    TOO_BIG = "too_big"
    RATE_LIMITED = "rate_limited"
    EXPIRED = "expired"
    NETWORK = "network"
    SYSTEM = "system"
    UNKNOWN = "unknown"
    ABUSE = "abuse"
    UNSUBSCRIBED = "unsubscribed"
    NOT_SPAM = "not_spam"
    AUTHENTICATION_REPORT = "authentication_report"
    AWAY = "away"


_DEAD = {Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.MOVED, Reason.NOT_ACCEPTING}


@dataclass(frozen=True, slots=True)
class Recipient:
    """`permanent` is the class of the status: 5 this mail will never arrive, 4 not yet."""

    address: str
    status: str | None = None
    code: int | None = None
    permanent: bool | None = None
    reason: Reason = Reason.UNKNOWN
    text: str = ""

    @property
    def is_dead(self) -> bool:
        """Whether no other mail would arrive either; spam and policy say nothing of the address."""
        return self.permanent is True and self.reason in _DEAD


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person wrote back to the mail with that Message-ID."""

    sender: str
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """`token` is what follows the plus sign in the address the report was sent to (VERP),
    `envelope_id` the ENVID of RFC 3461, `message_id` that of the mail it is about.

    `unnamed` is the fate of a recipient whom the report does not name, its address empty: some
    hide who complains, others name who failed by anything but an address.
    """

    kind: Kind
    recipients: tuple[Recipient, ...] = ()
    message_id: str | None = None
    token: str | None = None
    envelope_id: str | None = None
    answer: Answer | None = None
    unnamed: Recipient | None = None
