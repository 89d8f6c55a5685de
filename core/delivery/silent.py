"""Letters that were handed over whole and that the mail server does not answer.

It may take ten minutes for its answer (RFC 5321, 4.5.3.2.6), and a client that does not wait so
long risks a second copy.
"""

from core.db import Sessions
from core.delivery.journal import Journal
from core.delivery.sql import statement

CLAIMED = statement("""
    SELECT coalesce(sum(open), 0) FROM claims
    WHERE run_id = :run AND starts_with(name, :journal)
""")


async def on_the_wire(sessions: Sessions, run_id: int, journal: Journal) -> frozenset[int]:
    """Whose letters of a run wait for an answer, if this process has nothing else of it."""
    waiting = journal.on_the_wire(run_id)
    async with sessions() as tx:
        claimed = await tx.scalar(CLAIMED, {"run": run_id, "journal": f"{journal.id}."})
    return waiting if claimed == len(waiting) else frozenset()
