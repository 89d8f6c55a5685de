"""A run as its owner looks back on it: how many of each outcome, why, and how it went by time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update

from core.clients.models import Client
from core.db import Transaction
from core.delivery.causes import Cause, cause_of
from core.delivery.models import Delivery, Run
from core.delivery.returns import count_returns
from core.errors import NotFound
from core.mailings import queries as mailings
from core.mailings.models import Mailing
from core.messages.models import MessageVersion
from core.users.models import User

BARS = 24
# From the finest on: the first with which a run fits into the bars.
STEPS = (1, 5, 10, 30, 60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)

COUNTS = text("""
    SELECT status, coalesce(reason, ''), count(*), min(settled_at), max(settled_at)
    FROM deliveries WHERE run_id = :run GROUP BY 1, 2
""")
# Addresses and numbers differ from recipient to recipient, the cause does not.
FAILURES = text(r"""
    SELECT smtp_code, enhanced, regexp_replace(left(smtp_text, 300), '\S+@\S+|\d{4,}', '', 'g'),
           array_agg(client_id)
    FROM deliveries WHERE run_id = :run AND status = 'failed' GROUP BY 1, 2, 3
""")
BY_TIME = text("""
    SELECT floor(extract(epoch FROM settled_at - :since) / :step)::int, count(*)
    FROM deliveries WHERE run_id = :run AND status = 'sent' GROUP BY 1
""")
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
class Report:
    """Everything that is said of a run."""

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
    failed: Mapping[Cause, int]
    returned: Mapping[str, int]  # bounces and complaints that came later
    took: timedelta | None
    before: int | None
    after: int | None

    @property
    def total(self) -> int:
        """Everybody it was meant for, but those left out."""
        return sum(self.counts.values()) - self.counts.get("skipped", 0)

    @property
    def open(self) -> bool:
        """Whether something is still to be sent."""
        return self.status != "finished"


async def last_run(tx: Transaction, actor: User, mailing_id: int) -> int:
    """The mailing's latest run that there is something to say of."""
    mailing = await mailings.get(tx, actor, mailing_id)
    found = await tx.scalar(LAST.where(Run.mailing_id == mailing.id))
    if found is None:
        raise NotFound
    return found


async def report(tx: Transaction, actor: User, run_id: int) -> Report:
    """A run of the actor's; somebody else's is not found."""
    run = await tx.get(Run, run_id, populate_existing=True)
    if run is None:
        raise NotFound
    return await report_of(tx, await mailings.get(tx, actor, run.mailing_id), run)


async def report_of(tx: Transaction, mailing: Mailing, run: Run) -> Report:
    """The report on a run at hand."""
    rows = [tuple(row) for row in await tx.execute(COUNTS, {"run": run.id})]
    counts: Counter[str] = Counter()
    for status, _, n, _, _ in rows:
        counts[status] += n
    before, after = (await tx.execute(NEIGHBOURS, {"mailing": run.mailing_id, "no": run.no})).one()
    owner = await tx.get_one(User, mailing.owner_id)
    version = await tx.get_one(MessageVersion, run.version_id)
    return Report(
        run_id=run.id,
        mailing_id=mailing.id,
        no=run.no,
        subject=version.subject,
        timezone=owner.timezone,
        status=run.status,
        due_at=run.due_at,
        finished_at=run.finished_at,
        counts=counts,
        skipped={reason: n for status, reason, n, _, _ in rows if status == "skipped"},
        failed=Counter({cause: len(ids) for cause, ids in (await failures(tx, run.id)).items()}),
        returned=await count_returns(tx, run.id),
        took=_span([row for row in rows if row[0] == "sent"]),
        before=before,
        after=after,
    )


def _span(rows: Sequence[tuple[Any, ...]]) -> timedelta | None:
    if not rows:
        return None
    earliest: datetime = min(row[3] for row in rows)
    latest: datetime = max(row[4] for row in rows)
    return latest - earliest


async def failures(tx: Transaction, run_id: int) -> dict[Cause, list[int]]:
    """The clients who did not get it, by cause."""
    found: dict[Cause, list[int]] = {}
    for code, enhanced, words, ids in await tx.execute(FAILURES, {"run": run_id}):
        found.setdefault(cause_of(code, enhanced, words), []).extend(ids)
    return found


async def timeline(tx: Transaction, run_id: int) -> Timeline | None:
    """The letters over the time; None when nothing was sent."""
    first, last = (
        await tx.execute(
            select(func.min(Delivery.settled_at), func.max(Delivery.settled_at)).where(
                Delivery.run_id == run_id, Delivery.status == "sent"
            )
        )
    ).one()
    if first is None or last is None:
        return None
    seconds = (last - first).total_seconds()
    step = next((s for s in STEPS if seconds / s < BARS), STEPS[-1])
    rows = await tx.execute(BY_TIME, {"run": run_id, "since": first, "step": step})
    counted: dict[int, int] = {bar: n for bar, n in rows}  # noqa: C416  rows are no pairs to mypy
    return Timeline(first, step, [counted.get(bar, 0) for bar in range(max(counted) + 1)])


async def set_aside(tx: Transaction, actor: User, run_id: int) -> int:
    """Switch the clients off whose addresses do not exist; says how many still were on."""
    found = await report(tx, actor, run_id)
    mailing = await mailings.get(tx, actor, found.mailing_id)
    gone = (await failures(tx, run_id)).get("gone", [])
    off = (
        update(Client)
        .where(Client.owner_id == mailing.owner_id, Client.id.in_(gone), Client.active)
        .values(active=False)
        .returning(Client.id)
    )
    return len((await tx.scalars(off)).all())
