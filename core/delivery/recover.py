"""The rows of a process that died, by its journal: only what was on the wire stays in doubt."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from core.db import Sessions, Transaction, clock
from core.delivery.claims import GIVEN_BACK, HAS, UNDOUBTED
from core.delivery.journal import Handed, Left, journals, left_behind
from core.delivery.outcomes import Settled, settle
from core.delivery.sql import statement

# Nobody finishes a run meanwhile, and whoever is committing a claim has done so: the process may
# be dead before the database has heard its last word.
HOLD_OPEN = statement("SELECT FROM runs WHERE status = 'sending' FOR SHARE")

# A journal has a slot for every mail handed over: a row of its claims without one never was.
GIVE_BACK = statement(f"""
    WITH of AS (
        DELETE FROM claims WHERE starts_with(name, :claim) RETURNING *
    )
    UPDATE deliveries d SET {GIVEN_BACK}
    FROM of WHERE {HAS}
    RETURNING 1
""")  # noqa: S608  the pieces are written here

# Where the lease ran out before anybody read the journal.
TAKE_BACK = statement(f"""
    UPDATE deliveries d SET {UNDOUBTED}
    FROM runs r
    WHERE r.id = d.run_id AND (r.status = 'sending' OR r.finished_at > :since)
      AND d.status = 'uncertain' AND d.reason = 'lease_lost' AND starts_with(d.claim, :claim)
    RETURNING 1
""")  # noqa: S608  the pieces are written here


async def recover(sessions: Sessions, folder: Path) -> int:
    """Settle what dead processes of this host have left; says how many rows were given back."""
    given_back = 0
    for path in journals(folder):
        with left_behind(path) as left:
            if left:
                async with sessions.begin() as tx:
                    given_back += await apply(tx, left, await clock(tx))
    return given_back


async def apply(tx: Transaction, left: Left, now: datetime) -> int:
    """Write down what a journal knows."""
    await tx.execute(HOLD_OPEN)
    for (run_id, account), outcomes in _by_run(left.handed).items():
        await settle(tx, run_id, account, outcomes, now)
    prefix = f"{left.id}."
    given_back = (await tx.execute(GIVE_BACK, {"claim": prefix})).all()
    since = now - left.age - timedelta(minutes=1)
    taken_back = (await tx.execute(TAKE_BACK, {"claim": prefix, "since": since})).all()
    return len(given_back) + len(taken_back)


def _by_run(handed: Iterable[Handed]) -> dict[tuple[int, str], list[Settled]]:
    runs: defaultdict[tuple[int, str], list[Settled]] = defaultdict(list)
    for each in handed:
        runs[each.run_id, each.account].append(each.settled)
    return runs
