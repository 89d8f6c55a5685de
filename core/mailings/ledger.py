"""A mailing's runs in numbers, read from the ledger of deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from core.db import Transaction
from core.direct import row, rows

RECENTLY = timedelta(minutes=1)
LOOKED_AT = 20_000  # of the recipients claimed last, to see how fast it goes

# The open run, if any, and the last finished one.
RUNS = text("""
    (SELECT id, no, status, due_at, created_at, finished_at, skipped_because, send_before FROM runs
     WHERE mailing_id = :mailing AND status <> 'finished')
    UNION ALL
    (SELECT id, no, status, due_at, created_at, finished_at, skipped_because, send_before FROM runs
     WHERE mailing_id = :mailing AND status = 'finished' ORDER BY no DESC LIMIT 1)
""")

# Kept as the rows change: to count a million of them takes a second of CPU. What a whole claim has
# is being sent, though its rows do not say so.
STANDING = """(
    SELECT run_id, status, reason, n FROM run_counts
    UNION ALL
    SELECT run_id, of.status, '', of.n
    FROM claims, LATERAL (VALUES ('queued', -open), ('sending', open)) of (status, n) WHERE whole)
"""
COUNTS = text(f"""
    SELECT *, CASE WHEN asleep > 0 THEN (
        SELECT due_at FROM deliveries
        WHERE run_id = c.run_id AND again AND reason = 'quiet_hours' ORDER BY due_at LIMIT 1)
    END AS wakes_at
    FROM (
        SELECT run_id, status, sum(n)::bigint AS n,
               coalesce(sum(n) FILTER (WHERE reason = 'quiet_hours'), 0)::bigint AS asleep
        FROM {STANDING} standing WHERE run_id = ANY(:runs)
        GROUP BY run_id, status HAVING sum(n) > 0) c
""")  # noqa: S608  the pieces are written here

# Rows are claimed in this order, so that the last of them tell how fast it goes.
LATEST = text("""
    SELECT count(*) AS n, min(settled_at) AS first,
           count(*) FILTER (WHERE settled_at > :since AND status <> 'skipped') AS recent
    FROM (
        SELECT settled_at, status FROM deliveries
        WHERE run_id = :run AND client_id <= (SELECT claimed_to FROM runs WHERE id = :run)
        ORDER BY client_id DESC LIMIT :most) latest
""")

# How fast the owner's last run went, from its first letter to its last.
PACE = text("""
    SELECT 60 * count(*) / extract(epoch FROM max(settled_at) - min(settled_at))
    FROM deliveries
    WHERE status = 'sent' AND run_id = (
        SELECT runs.id FROM runs JOIN mailings m ON m.id = runs.mailing_id
        WHERE m.owner_id = :owner AND runs.status = 'finished' AND skipped_because IS NULL
        ORDER BY runs.finished_at DESC LIMIT 1)
    HAVING count(*) >= 10 AND max(settled_at) > min(settled_at)
""")

REWORD = text("""
    WITH open AS (
        UPDATE runs SET version_id = :version
        WHERE mailing_id = :mailing AND status <> 'finished' RETURNING id, claimed_to
    )
    UPDATE deliveries d SET version_id = :version
    FROM open
    WHERE d.run_id = open.id AND (d.again OR d.client_id > open.claimed_to)
""")


@dataclass(frozen=True)
class RunView:
    """A run with its recipients counted by status; `recent` were settled in the last minute."""

    no: int
    status: str
    due_at: datetime
    created_at: datetime
    finished_at: datetime | None
    skipped_because: str | None
    send_before: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    recent: int = 0
    first_settled: datetime | None = None
    asleep: int = 0  # wait for the end of their quiet hours
    wakes_at: datetime | None = None  # the first of them

    @property
    def open(self) -> bool:
        return self.status != "finished"

    @property
    def total(self) -> int:
        """Everybody the run was meant for, but those skipped."""
        return sum(self.counts.values()) - self.counts.get("skipped", 0)

    @property
    def waiting(self) -> int:
        """Those nothing was decided about yet."""
        return sum(self.counts.get(status, 0) for status in ("queued", "sending", "deferred"))

    @property
    def settled(self) -> int:
        """Those whose outcome is known."""
        return self.total - self.waiting

    def per_minute(self, now: datetime) -> int:
        """How fast it goes, by the last minute."""
        if self.first_settled is None:
            return 0
        span = min(RECENTLY, max(now - self.first_settled, timedelta(seconds=5)))
        return round(self.recent * (RECENTLY / span))

    def time_left(self, now: datetime) -> timedelta | None:
        """How long the rest takes at this speed, but those asleep; None while nobody knows."""
        rate, awake = self.per_minute(now), self.waiting - self.asleep
        return timedelta(minutes=awake / rate) if rate and awake > 0 else None


async def runs_of(tx: Transaction, mailing_id: int, now: datetime) -> list[RunView]:
    """The open run and the last finished one, as far as there are any."""
    runs = {run_id: RunView(*about) for run_id, *about in await rows(tx, RUNS, mailing=mailing_id)}
    counted = await rows(tx, COUNTS, runs=list(runs)) if runs else []
    for run_id, view in runs.items():
        runs[run_id] = _counted(view, [count for of_run, *count in counted if of_run == run_id])
    return [
        await _with_speed(tx, view, run_id, now) if view.open else view
        for run_id, view in runs.items()
    ]


async def lately(
    tx: Transaction, run_id: int, now: datetime, within: timedelta
) -> tuple[int, datetime | None]:
    """How many were settled so lately, and when the first was.

    Where that is longer than what is looked at, it is taken to have gone on like this.
    """
    since = now - within
    n, first, recent = await row(tx, LATEST, run=run_id, since=since, most=LOOKED_AT)
    if n == LOOKED_AT and first is not None and since < first < now:
        return round(recent * (within / (now - first))), since
    return recent, first


async def reword(tx: Transaction, mailing_id: int, version_id: int) -> None:
    """Those who still wait in the run under way get this version."""
    await tx.execute(REWORD, {"mailing": mailing_id, "version": version_id})


async def pace(tx: Transaction, owner_id: int) -> float | None:
    """Letters a minute of the owner's last run; None when there was none to speak of."""
    found = await tx.scalar(PACE, {"owner": owner_id})
    return None if found is None else float(found)


def _counted(view: RunView, counts: Sequence[Sequence[Any]]) -> RunView:
    return replace(
        view,
        counts={status: n for status, n, _asleep, _wakes_at in counts},
        asleep=sum(asleep for _status, _n, asleep, _wakes_at in counts),
        wakes_at=min((at for *_others, at in counts if at), default=None),
    )


async def _with_speed(tx: Transaction, view: RunView, run_id: int, now: datetime) -> RunView:
    recent, first = await lately(tx, run_id, now, RECENTLY)
    return replace(view, recent=recent, first_settled=first)
