"""What became of it all, by the database on one side and the oracle on the other."""

import statistics
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import func, select, text

from core.db import Transaction
from core.delivery.models import OPEN, Delivery, Run
from core.mailings.models import Mailing
from core.scheduling.models import Schedule
from tests.chaos.load import Expected, Launches
from tests.chaos.oracle import Mail
from tests.chaos.people import Freeze

log = structlog.get_logger("chaos")

SHOWN = 40  # rows of a broken promise
WHOSE = text("""
    SELECT d.*, r.status AS run_status, r.finished_at, m.status AS mailing_status
    FROM deliveries d JOIN runs r ON r.id = d.run_id JOIN mailings m ON m.id = r.mailing_id
    WHERE d.run_id = :run AND d.client_id = :client
""")
OPEN_WORK = text("""
    SELECT (SELECT count(*) FROM runs WHERE status <> 'finished')
         + (SELECT count(*) FROM schedules
            WHERE object_type = 'mailings' AND (next_at IS NOT NULL OR behind_at IS NOT NULL))
         + (SELECT count(*) FROM jobs WHERE status IN ('queued', 'running'))
         + (SELECT count(*) FROM claims)
         + (SELECT count(*) FROM telegram_updates WHERE done_at IS NULL)
""")
EARLY = text("""
    SELECT count(*) FROM runs WHERE status = 'finished' AND (
        EXISTS (
            SELECT FROM deliveries d
            WHERE d.run_id = runs.id AND d.status IN ('queued', 'sending', 'deferred'))
        OR EXISTS (SELECT FROM claims WHERE claims.run_id = runs.id))
""")
OPEN_ROWS = text(
    "SELECT count(*) FROM deliveries WHERE status IN ('queued', 'sending', 'deferred')"
)
OVERDUE = text("""
    SELECT extract(epoch FROM clock_timestamp() - least(
        (SELECT min(lease_until) FROM claims),
        (SELECT min(lease_until) FROM jobs WHERE status = 'running')))
""")


@dataclass
class Verdict:
    """Everything but `recipients`, `uncertain` and by what, `overlaps`, `launched`,
    `frozen_*` and the figures of time has to be zero or equal."""

    runs_due: int
    runs_created: int
    runs_merged: int  # dates that had passed when the run of the date before was made
    runs_twice: int
    overlaps: int  # dates noted, but left out since the run before was still going on
    recipients: int
    lost: int
    duplicated: int
    uncertain: int
    uncertain_beyond: int  # more than faults can have left in doubt
    uncertain_by: dict[str, int]  # reason
    uncertain_arrived: int  # of those, how many the mail server did take
    unexplained: int  # a reason is missing, or the reason does not fit
    after_freeze: int
    frozen_midway: int
    frozen_by_taps: int  # of those
    launched: int
    launched_twice: int
    unfinished: int
    late_p99_s: float

    @property
    def good(self) -> bool:
        """Whether nothing was lost and nothing happened twice or too early."""
        wrong = (
            self.runs_twice,
            self.lost,
            self.duplicated,
            self.uncertain_beyond,
            self.unexplained,
            self.after_freeze,
            self.launched_twice,
            self.unfinished,
        )
        return not any(wrong) and self.runs_due == self.runs_created + self.runs_merged

    def figures(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Row:
    """What the ledger says of a recipient."""

    status: str
    reason: str | None = None
    code: int | None = None


@dataclass(frozen=True)
class Seen:
    """What the world outside saw: mails taken, transactions opened, connections broken."""

    mails: Counter[Mail]
    begun: Mapping[Mail, Sequence[float]]
    doubt: int  # transactions that faults may have left in doubt


async def open_work(tx: Transaction) -> int:
    """Runs, dates, jobs, claims and updates that are still to be worked on."""
    return int((await tx.execute(OPEN_WORK)).scalar_one())


async def open_rows(tx: Transaction) -> int:
    """Recipients who are still to get something."""
    return int((await tx.execute(OPEN_ROWS)).scalar_one())


async def finished_early(tx: Transaction) -> int:
    """Runs that say they are finished while somebody still waits."""
    return int((await tx.execute(EARLY)).scalar_one())


async def overdue(tx: Transaction) -> float:
    """For how many seconds the oldest lease has been over; none is not positive."""
    return float((await tx.execute(OVERDUE)).scalar_one() or 0.0)


async def judge(
    tx: Transaction,
    expected: Expected,
    launches: Launches,
    freezes: Sequence[Freeze],
    seen: Seen,
) -> Verdict:
    """Compare what was to happen, what the ledger says and what the world has seen."""
    runs = (await tx.scalars(select(Run))).all()
    rows = await _rows(tx)
    launched = await _launched(tx, launches, expected)
    due = Counter((m, date) for m, dates in expected.dates.items() for date in dates)
    created = Counter((run.mailing_id, run.due_at) for run in runs)
    late = [(run.created_at - run.due_at).total_seconds() for run in runs]
    unfinished = select(func.count()).where(Mailing.status != "finished")
    doubted = {mail: row for mail, row in rows.items() if row.status == "uncertain"}
    strangers = unwanted(rows, seen.mails)
    await show(tx, strangers, seen)
    return Verdict(
        runs_due=due.total(),
        runs_created=(created & due).total(),
        runs_merged=sum(is_merged(each, runs) for each in (due - created).elements()),
        runs_twice=(created - due).total(),
        overlaps=sum(run.skipped_because == "overlap" for run in runs),
        recipients=len(rows),
        lost=missing(runs, rows, expected) + sum(is_lost(m, row, seen) for m, row in rows.items()),
        duplicated=sum(n > 1 for n in seen.mails.values()) + len(strangers),
        uncertain=len(doubted),
        uncertain_beyond=max(0, len(doubted) - seen.doubt),
        uncertain_by=dict(Counter(row.reason or "" for row in doubted.values())),
        uncertain_arrived=sum(mail in seen.mails for mail in doubted),
        unexplained=sum(not says_why(row) for row in rows.values()),
        after_freeze=sum(after_freeze(freeze, seen) for freeze in freezes),
        frozen_midway=sum(freeze.midway for freeze in freezes),
        frozen_by_taps=sum(freeze.midway and freeze.tapped for freeze in freezes),
        launched=launched.total(),
        launched_twice=sum(n > 1 for n in launched.values())
        + sum(launched[message] != 1 for message in launches.shown)
        + sum(message not in launches.tapped for message in launched),
        unfinished=await tx.scalar(unfinished) or 0,
        late_p99_s=round(statistics.quantiles(late, n=100)[98], 3) if len(late) > 1 else 0.0,
    )


def is_merged(date: tuple[int, datetime], runs: Sequence[Run]) -> bool:
    """Whether the run of the date before was only made after this one: then nothing more comes of
    it, since however many dates passed, one run at most does."""
    mailing, due = date
    before = [run for run in runs if run.mailing_id == mailing and run.due_at < due]
    return bool(before) and max(before, key=lambda run: run.due_at).created_at >= due


async def _rows(tx: Transaction) -> dict[Mail, Row]:
    columns = Delivery.run_id, Delivery.client_id
    found = await tx.execute(select(*columns, Delivery.status, Delivery.reason, Delivery.smtp_code))
    return {(run, client): Row(status, reason, code) for run, client, status, reason, code in found}


async def _launched(tx: Transaction, launches: Launches, expected: Expected) -> Counter[int]:
    """How many mailings came of each message; what they promise is expected from now on."""
    found = await tx.execute(
        select(Mailing.id, Mailing.message_id, Schedule.start_at)
        .join(Schedule, (Schedule.object_id == Mailing.id) & (Schedule.object_type == "mailings"))
        .where(Mailing.owner_id == launches.owner)
    )
    messages: Counter[int] = Counter()
    for mailing, message, start in found:
        messages[message] += 1
        expected.add(mailing, [start], launches.recipients)
    return messages


def is_lost(mail: Mail, row: Row, seen: Seen) -> bool:
    """Said to be sent and was not, or is still waiting for something."""
    return row.status in OPEN or (row.status == "sent" and mail not in seen.mails)


def unwanted(rows: Mapping[Mail, Row], mails: Collection[Mail]) -> set[Mail]:
    """Mails that nobody accounts for, or whose row says that there was none."""
    accounted = {mail for mail, row in rows.items() if row.status in ("sent", "uncertain")}
    return set(mails) - accounted


async def show(tx: Transaction, mails: Collection[Mail], seen: Seen) -> None:
    """What the ledger says of them, and when they were on the wire: to find out why."""
    for run, client in sorted(mails)[:SHOWN]:
        found = (await tx.execute(WHOSE, {"run": run, "client": client})).mappings().first()
        row = {name: str(value) for name, value in (found or {}).items() if name != "values"}
        log.warning("a mail that its row denies", **row, begun=seen.begun.get((run, client), ()))


def says_why(row: Row) -> bool:
    """Whoever got nothing for certain has a reason or the server's word for it."""
    if row.status in ("skipped", "uncertain"):
        return bool(row.reason)
    return row.status != "failed" or bool(row.reason) or row.code is not None


def after_freeze(freeze: Freeze, seen: Seen) -> int:
    """Mails that were begun when the mailing stood still, without those in doubt before."""
    return sum(
        any(freeze.since < at < freeze.until for at in moments)
        for mail, moments in seen.begun.items()
        if freeze.midway and mail[0] in freeze.runs and mail not in freeze.doubted
    )


def missing(runs: Sequence[Run], rows: Collection[Mail], expected: Expected) -> int:
    """Recipients without a row, or rows of nobody's."""
    counted = Counter(run for run, _ in rows)
    wanted = {
        run.id: expected.recipients.get(run.mailing_id, 0)
        for run in runs
        if not run.skipped_because
    }
    return sum(abs(n - counted[run]) for run, n in wanted.items())
