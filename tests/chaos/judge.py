"""What became of it all, by the database on one side and the sink's own log on the other."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select, text

from core.db import Transaction
from core.delivery.models import OPEN, Delivery, Run
from core.mailings.models import Mailing
from tests.chaos.load import Expected
from tests.chaos.sink import Mail

OPEN_WORK = text("""
    SELECT (SELECT count(*) FROM runs WHERE status <> 'finished')
         + (SELECT count(*) FROM schedules
            WHERE object_type = 'mailings' AND (next_at IS NOT NULL OR behind_at IS NOT NULL))
         + (SELECT count(*) FROM jobs WHERE status IN ('queued', 'running'))
         + (SELECT count(*) FROM claims)
         + (SELECT count(*) FROM telegram_updates WHERE done_at IS NULL)
""")
EARLY = text("""
    SELECT count(*) FROM runs WHERE status = 'finished' AND EXISTS (
        SELECT FROM deliveries d
        WHERE d.run_id = runs.id AND d.status IN ('queued', 'sending', 'deferred'))
""")


@dataclass
class Verdict:
    """Everything but `recipients`, `uncertain` and `overlaps` has to be zero or equal."""

    runs_due: int
    runs_created: int
    runs_twice: int
    overlaps: int  # dates noted, but left out since the run before was still going on
    recipients: int
    lost: int
    duplicated: int
    uncertain: int
    unfinished: int
    late_p99_s: float

    @property
    def good(self) -> bool:
        """Whether nothing was lost and nothing happened twice."""
        wrong = self.runs_twice, self.lost, self.duplicated, self.unfinished
        return not any(wrong) and self.runs_due == self.runs_created

    def figures(self) -> dict[str, float]:
        return asdict(self)


async def open_work(tx: Transaction) -> int:
    """Runs, dates, jobs, claims and updates that are still to be worked on."""
    return int((await tx.execute(OPEN_WORK)).scalar_one())


async def finished_early(tx: Transaction) -> int:
    """Runs that say they are finished while somebody still waits."""
    return int((await tx.execute(EARLY)).scalar_one())


async def judge(tx: Transaction, expected: Expected, mails: Counter[Mail]) -> Verdict:
    """Compare what was to happen, what the ledger says and what the sink has seen."""
    runs = (await tx.scalars(select(Run))).all()
    rows = (await tx.execute(select(Delivery.run_id, Delivery.client_id, Delivery.status))).all()
    status = {(run, client): state for run, client, state in rows}
    due = Counter((m, date) for m, dates in expected.dates.items() for date in dates)
    created = Counter((run.mailing_id, run.due_at) for run in runs)
    late = [(run.created_at - run.due_at).total_seconds() for run in runs]
    unfinished = select(func.count()).where(Mailing.status != "finished")
    return Verdict(
        runs_due=due.total(),
        runs_created=(created & due).total(),
        runs_twice=(created - due).total(),
        overlaps=sum(run.skipped_because == "overlap" for run in runs),
        recipients=len(status),
        lost=_missing(runs, status, expected)
        + sum(_is_lost(m, s, mails) for m, s in status.items()),
        duplicated=sum(n > 1 for n in mails.values()) + _unwanted(status, mails),
        uncertain=sum(state == "uncertain" for state in status.values()),
        unfinished=await tx.scalar(unfinished) or 0,
        late_p99_s=round(statistics.quantiles(late, n=100)[98], 3) if len(late) > 1 else 0.0,
    )


def _is_lost(mail: Mail, state: str, mails: Counter[Mail]) -> bool:
    """Said to be sent and was not, or is still waiting for something."""
    return state in OPEN or (state == "sent" and mail not in mails)


def _unwanted(status: dict[Mail, str], mails: Counter[Mail]) -> int:
    """Mails that nobody accounts for, or whose row says that there was none."""
    return sum(status.get(mail) not in ("sent", "uncertain") for mail in mails)


def _missing(runs: Sequence[Run], status: dict[Mail, str], expected: Expected) -> int:
    """Recipients without a row."""
    rows = Counter(run for run, _ in status)
    wanted = {
        run.id: expected.recipients[run.mailing_id] for run in runs if not run.skipped_because
    }
    return sum(abs(n - rows[run]) for run, n in wanted.items())
