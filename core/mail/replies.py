"""What a server's reply means for a mail."""

import re

from core.mail.transport import Outcome, Result

ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")


def outcome_of(envelope_id: int, code: int, text: str) -> Outcome:
    """2xx accepted, 4xx refused for now, anything else refused for good."""
    result = {2: Result.SENT, 4: Result.DEFERRED}.get(code // 100, Result.FAILED)
    words = " ".join(text.split())
    enhanced = ENHANCED.match(words)
    if enhanced is None:
        return Outcome(envelope_id, result, code, None, words)
    return Outcome(envelope_id, result, code, enhanced[1], words[enhanced.end() :])
