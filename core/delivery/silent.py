"""What is left of a share whose mail server does not answer.

It may take ten minutes for the answer to a letter and five for one to a command (RFC 5321,
4.5.3.2), and a client that does not wait so long for the first risks a second copy.
"""

from typing import NamedTuple

from core.db import Sessions
from core.delivery.journal import Journal
from core.delivery.sql import statement

CLAIMED = statement("""
    SELECT coalesce(sum(open), 0) FROM claims
    WHERE run_id = :run AND starts_with(name, :journal)
""")


class Left(NamedTuple):
    """How many rows of a run a process has claimed, and whose letters wait for an answer."""

    claimed: int
    handed_over: frozenset[int]


async def left(sessions: Sessions, run_id: int, journal: Journal) -> Left:
    """What this process has of a run now."""
    async with sessions() as tx:
        claimed = await tx.scalar(CLAIMED, {"run": run_id, "journal": f"{journal.id}."})
    return Left(int(claimed or 0), journal.on_the_wire(run_id))
