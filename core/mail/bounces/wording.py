"""Why a mail came back, by its words."""

import re

from core.mail.bounces.phrases import pattern
from core.mail.bounces.report import Reason

_LONGEST = 3000
_SECTIONS = (  # the telling ones first
    "list_only",
    "mailbox_full",
    "authentication",
    "virus",
    "mailbox_blocked",  # before what blocks the sender
    "blocked",
    "rate_limited",
    "spam",
    "about_their_sender",  # before what would condemn the recipient
    "not_accepting",
    "moved",
    "disabled",
    "too_big",
    "dns_later",
    "host_unknown",
    "user_unknown",
    "expired",
    "network",
    "policy",
    "content",
    "system",
)
_MEANT = {
    "list_only": Reason.POLICY,
    "about_their_sender": Reason.POLICY,
    "mailbox_blocked": Reason.DISABLED,
    "dns_later": Reason.NETWORK,
}
_PATTERNS = [(_MEANT.get(name) or Reason(name), pattern(name)) for name in _SECTIONS]
_LATER, _NEVER = pattern("later"), pattern("never")
_CODES = re.compile(r"\b[45]\d\d[- ]?#?(?:[45]\.\d{1,2}\.\d{1,3})?\s")


def reason_in(text: str) -> Reason:
    """The first family whose words are in the text."""
    plain = _plain(text)
    return next((why for why, words in _PATTERNS if words.search(plain)), Reason.UNKNOWN)


def sounds_permanent(text: str) -> bool:
    """For reports without any code: a mail that came back is lost unless it says "later"."""
    plain = _plain(text)
    return bool(_NEVER.search(plain)) or not _LATER.search(plain)


def _plain(text: str) -> str:
    """Lower case, single spaces; codes go, since they stand in the middle of wrapped sentences."""
    lower = text[:_LONGEST].lower().replace("\u2019", "'")
    return " ".join(_CODES.sub(" ", lower).split())
