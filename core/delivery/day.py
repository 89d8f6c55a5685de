"""What was settled of late by hour and by domain, for all owners together.

A run is counted again only when its counts have changed: most of a day's runs are over.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from core.db import Transaction
from core.delivery.sql import statement

MOST_DOMAINS = 50  # of a run; what went to the rest of its domains counts by the hour only
SHOWN_DOMAINS = 8

# Runs that were over before `since` cannot have settled anything after it.
COUNTS = statement("""
    SELECT r.id, coalesce(sum(c.n) FILTER (WHERE c.status = 'sent'), 0)::bigint,
           coalesce(sum(c.n) FILTER (WHERE c.status = 'failed'), 0)::bigint,
           coalesce(sum(c.n) FILTER (WHERE c.status = 'uncertain'), 0)::bigint
    FROM runs r JOIN run_counts c ON c.run_id = r.id
    WHERE r.status <> 'finished' OR r.finished_at >= :since
    GROUP BY r.id
""")
# Whoever waits for a page has the other cores: what is counted here, nobody waits for.
ALONE = text("SELECT set_config('max_parallel_workers_per_gather', '0', true)")
SETTLED = statement("""
    WITH counted AS (
        SELECT run_id, date_trunc('hour', settled_at) AS hour,
               split_part(email, '@', 2) AS domain, status, count(*) AS n
        FROM deliveries
        WHERE run_id = ANY(:ids) AND settled_at >= :since
          AND status IN ('sent', 'failed', 'uncertain')
        GROUP BY 1, 2, 3, 4
    ), placed AS (
        SELECT run_id, domain,
               row_number() OVER (PARTITION BY run_id ORDER BY sum(n) DESC, domain) AS place
        FROM counted GROUP BY 1, 2
    )
    SELECT run_id, hour, CASE WHEN place <= :most THEN domain END, status, sum(n)::bigint
    FROM counted JOIN placed USING (run_id, domain) GROUP BY 1, 2, 3, 4
""")

Counts = tuple[int, int, int]
Settled = Counter[tuple[datetime, str | None, str]]  # by hour, domain and status


@dataclass(frozen=True)
class Domain:
    """How mail to one domain went."""

    domain: str
    sent: int
    failed: int
    uncertain: int

    @property
    def share(self) -> float:
        """The part of it that was accepted."""
        return self.sent / max(1, self.sent + self.failed + self.uncertain)


@dataclass(frozen=True)
class Day:
    """Letters by hour and status (hours without any are left out), and the domains that most of
    them went to."""

    hours: Mapping[datetime, Mapping[str, int]]
    domains: Sequence[Domain]


class Days:
    """Counts a day, and remembers of each run what it came to."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Counts, Settled]] = {}

    async def since(self, tx: Transaction, since: datetime) -> Day:
        """What was settled from that hour on; it never lies before the last one asked for."""
        rows = await tx.execute(COUNTS, {"since": since})
        runs = {run: (sent, failed, doubt) for run, sent, failed, doubt in rows}
        changed = [run for run, counts in runs.items() if self._counts(run) != counts]
        found = await _settled(tx, changed, since)
        self._known = {
            run: (counts, found[run]) if run in found else self._known[run]
            for run, counts in runs.items()
        }
        return _day([settled for _, settled in self._known.values()], since)

    def forget(self) -> None:
        """As if nothing had been counted yet."""
        self._known.clear()

    def _counts(self, run: int) -> Counts | None:
        return self._known[run][0] if run in self._known else None


async def _settled(tx: Transaction, runs: Sequence[int], since: datetime) -> Mapping[int, Settled]:
    found: dict[int, Settled] = {run: Counter() for run in runs}
    if not runs:
        return found
    await tx.execute(ALONE)
    bound = {"ids": runs, "since": since, "most": MOST_DOMAINS}
    for run, hour, domain, status, n in await tx.execute(SETTLED, bound):
        found[run][hour, domain, status] += n
    return found


def _day(runs: Sequence[Settled], since: datetime) -> Day:
    hours: dict[datetime, Counter[str]] = {}
    domains: dict[str, Counter[str]] = {}
    for settled in runs:
        for (hour, domain, status), n in settled.items():
            if hour < since:
                continue
            hours.setdefault(hour, Counter())[status] += n
            if domain is not None:
                domains.setdefault(domain, Counter())[status] += n
    most = sorted(domains.items(), key=lambda pair: (-pair[1].total(), pair[0]))[:SHOWN_DOMAINS]
    shown = [Domain(name, n["sent"], n["failed"], n["uncertain"]) for name, n in most]
    return Day(dict(sorted(hours.items())), shown)
