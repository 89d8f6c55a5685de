"""What a delivery may become, and when it is tried again."""

from datetime import timedelta

# RFC 5321 4.5.4.1: retries with growing pauses, given up after four to five days.
PAUSES = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    *(timedelta(hours=6),) * 15,
)

MOST_CLAIMED = 4000

# What the owner is told, by the kind of an account's trouble.
HELD = {"auth": "auth", "connect": "unreachable", "tls": "unreachable"}


def held_because(trouble: str) -> str:
    """The word that a held mailing keeps for its card."""
    return HELD.get(trouble, trouble)


def retry_in(attempt: int) -> timedelta | None:
    """The pause after the temporary refusal of this attempt (the first is 1); None: give up."""
    return PAUSES[attempt - 1] if attempt <= len(PAUSES) else None


def claim_size(rate: float, journal: bool) -> int:
    """As many rows as are sent in about 70 ms: with the half of the last claim that may be left,
    a crash leaves what goes out in 100 ms in doubt. Where a journal knows better, so many are taken
    that the wire need not wait for a database whose disk is slow."""
    if journal:
        return max(100, min(MOST_CLAIMED, round(rate * 0.5)))
    return max(10, min(400, round(rate * 0.07)))
