"""Why a mail came back, by its words."""

import re

from core.mail.bounces.phrases import pattern
from core.mail.bounces.report import Reason

_LONGEST = 3000
_ORDER = (  # the telling ones first
    Reason.MAILBOX_FULL,
    Reason.AUTHENTICATION,
    Reason.VIRUS,
    Reason.BLOCKED,
    Reason.RATE_LIMITED,
    Reason.SPAM,
    Reason.NOT_ACCEPTING,
    Reason.MOVED,
    Reason.DISABLED,
    Reason.TOO_BIG,
    Reason.HOST_UNKNOWN,
    Reason.USER_UNKNOWN,
    Reason.EXPIRED,
    Reason.NETWORK,
    Reason.POLICY,
    Reason.CONTENT,
    Reason.SYSTEM,
)
_PATTERNS = [(Reason.POLICY, pattern("list_only")), *((why, pattern(why)) for why in _ORDER)]
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
