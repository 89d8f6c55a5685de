"""A run as its owner looks back on it: how many of each outcome, why, and how it went by time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text, update

from core.clients.models import Client
from core.db import Transaction
from core.delivery import summary
from core.delivery.causes import Cause
from core.delivery.models import Run
from core.errors import NotFound
from core.mailings import queries as mailings
from core.mailings.models import Mailing
from core.messages.models import MessageVersion
from core.users.models import User

BARS = 24
# From the finest on: the first with which a run fits into the bars.
STEPS = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)

COUNTS = text("""
    SELECT status, reason, sum(n)::bigint FROM run_counts
    WHERE run_id = :run GROUP BY 1, 2 HAVING sum(n) > 0
""")
BY_TIME = text("""
    SELECT floor(date_part('epoch', settled_at) / :fine)::bigint, count(*),
           min(settled_at), max(settled_at)
    FROM deliveries WHERE run_id = :run AND status = 'sent' GROUP BY 1
""")
FINE, FINE_ENOUGH = 60, timedelta(days=1)  # seconds; for runs longer than that, others by one
NEIGHBOURS = text("""
    SELECT (SELECT id FROM runs WHERE mailing_id = :mailing AND no < :no
            AND skipped_because IS NULL ORDER BY no DESC LIMIT 1),
           (SELECT id FROM runs WHERE mailing_id = :mailing AND no > :no
            AND skipped_because IS NULL ORDER BY no LIMIT 1)
""")
LAST = (
    select(Run.id)
    .where(Run.skipped_because.is_(None), Run.status != "preparing")
    .order_by(Run.no.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Timeline:
    """How many were sent in each span of `step` seconds since the first."""

    since: datetime
    step: int
    sent: Sequence[int]


@dataclass(frozen=True)
class Outline:
    """What a run is and what it came to, as far as that is known without reading its rows."""

    run_id: int
    mailing_id: int
    no: int
    subject: str
    timezone: str
    status: str
    due_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int]
    skipped: Mapping[str, int]
    forgotten: bool  # who got which letter is not kept any more

    @property
    def total(self) -> int:
        """Everybody it was meant for, but those left out."""
        return sum(self.counts.values()) - self.counts.get("skipped", 0)

    @property
    def open(self) -> bool:
        """Whether something is still to be sent."""
        return self.status != "finished"


@dataclass(frozen=True)
class Report(Outline):
    """Everything that is said of a run; `at_hand` are the failed whose rows are there yet."""

    failed: Mapping[Cause, int]
    at_hand: Mapping[Cause, int]
    returned: Mapping[str, int]  # bounces and complaints that came later
    delayed: summary.Delayed | None
    took: timedelta | None
    before: int | None
    after: int | None


async def last_run(tx: Transaction, actor: User, mailing_id: int) -> int:
    """The mailing's latest run that there is something to say of."""
    mailing = await mailings.get(tx, actor, mailing_id)
    found = await tx.scalar(LAST.where(Run.mailing_id == mailing.id))
    if found is None:
        raise NotFound
    return found


async def outline(tx: Transaction, actor: User, run_id: int) -> Outline:
    """A run of the actor's; somebody else's is not found."""
    return await _outline(tx, *await _found(tx, actor, run_id))


async def report(tx: Transaction, actor: User, run_id: int) -> Report:
    """A run of the actor's with what its rows say; somebody else's is not found."""
    run, mailing = await _found(tx, actor, run_id)
    return await _report(tx, run, mailing, await summary.span(tx, run.id))


async def pictured(tx: Transaction, actor: User, run_id: int) -> tuple[Report, Timeline | None]:
    """The report, and the letters over the time; None when nothing was sent."""
    run, mailing = await _found(tx, actor, run_id)
    fine = FINE if (run.finished_at or run.due_at) - run.due_at > FINE_ENOUGH else 1
    rows = (await tx.execute(BY_TIME, {"run": run.id, "fine": fine})).all()
    if not rows:
        return await _report(tx, run, mailing, (None, None)), None
    first, last = min(row[2] for row in rows), max(row[3] for row in rows)
    counted = {bin_ * fine: n for bin_, n, _, _ in rows}
    return await _report(tx, run, mailing, (first, last)), _timeline(counted, first, last)


def _timeline(counted: Mapping[int, int], first: datetime, last: datetime) -> Timeline:
    """Of how many were sent in each second or minute since the epoch."""
    seconds, begin = (last - first).total_seconds(), min(counted)
    step = next((s for s in STEPS if seconds / s < BARS), STEPS[-1])
    bars: Counter[int] = Counter()
    for second, n in counted.items():
        bars[(second - begin) // step] += n
    return Timeline(first, step, [bars[bar] for bar in range(max(bars) + 1)])


async def _found(tx: Transaction, actor: User, run_id: int) -> tuple[Run, Mailing]:
    run = await tx.get(Run, run_id, populate_existing=True)
    if run is None:
        raise NotFound
    return run, await mailings.get(tx, actor, run.mailing_id)


async def _outline(tx: Transaction, run: Run, mailing: Mailing) -> Outline:
    rows = [tuple(row) for row in await tx.execute(COUNTS, {"run": run.id})]
    counts: Counter[str] = Counter()
    for status, _, n in rows:
        counts[status] += n
    owner = await tx.get_one(User, mailing.owner_id)
    version = await tx.get_one(MessageVersion, run.version_id)
    return Outline(
        run_id=run.id,
        mailing_id=mailing.id,
        no=run.no,
        subject=version.subject,
        timezone=owner.timezone,
        status=run.status,
        due_at=run.due_at,
        finished_at=run.finished_at,
        counts=counts,
        skipped={reason: n for status, reason, n in rows if status == "skipped"},
        forgotten=run.forgotten_at is not None,
    )


async def _report(tx: Transaction, run: Run, mailing: Mailing, span: summary.Span) -> Report:
    known = await _outline(tx, run, mailing)
    there = await summary.of_rows(tx, run.id, span, any_failed=known.counts["failed"] > 0)
    said = summary.read(run.summary) + there
    waits = known.counts["deferred"] > 0
    before, after = (await tx.execute(NEIGHBOURS, {"mailing": run.mailing_id, "no": run.no})).one()
    return Report(
        **vars(known),
        failed=said.failed,
        at_hand=there.failed,
        returned=said.returned,
        delayed=await summary.delayed(tx, run.id) if waits else None,
        took=said.last - said.first if said.first and said.last else None,
        before=before,
        after=after,
    )


async def set_aside(tx: Transaction, actor: User, run_id: int) -> int:
    """Switch the clients off whose addresses do not exist; says how many still were on."""
    _, mailing = await _found(tx, actor, run_id)
    gone = (await summary.failures(tx, run_id)).get("gone", [])
    off = (
        update(Client)
        .where(Client.owner_id == mailing.owner_id, Client.id.in_(gone), Client.active)
        .values(active=False)
        .returning(Client.id)
    )
    return len((await tx.scalars(off)).all())
