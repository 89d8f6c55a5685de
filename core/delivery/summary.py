"""What a run's rows say together beyond their number; kept when they are deleted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, cast

from core.db import Json, Transaction
from core.delivery.causes import Cause, cause_of
from core.delivery.returns import count_returns
from core.delivery.sql import statement

# Addresses and numbers differ from recipient to recipient, the cause does not.
FAILURES = statement(r"""
    SELECT smtp_code, enhanced, regexp_replace(left(smtp_text, 300), '\S+@\S+|\d{4,}', '', 'g'),
           array_agg(client_id)
    FROM deliveries
    WHERE run_id = :run AND status = 'failed' AND (:clients IS NULL OR client_id = ANY(:clients))
    GROUP BY 1, 2, 3
""")
DELAYED = statement(r"""
    SELECT lower(split_part(email, '@', 2)), count(*), min(due_at), smtp_code, enhanced,
           regexp_replace(left(smtp_text, 300), '\S+@\S+|\d{4,}', '', 'g')
    FROM deliveries WHERE run_id = :run AND again AND status = 'deferred'
    GROUP BY 1, 4, 5, 6 ORDER BY 2 DESC LIMIT 1
""")
SPAN = statement("""
    SELECT min(settled_at), max(settled_at) FROM deliveries
    WHERE run_id = :run AND status = 'sent' AND (:clients IS NULL OR client_id = ANY(:clients))
""")

Span = tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class Delayed:
    """How many a domain refused for now, why, and when the first of them is tried again."""

    domain: str
    n: int
    due_at: datetime
    cause: Cause


@dataclass(frozen=True)
class Summary:
    """Failures by cause, what came back by kind, and when the first and the last was sent."""

    failed: Mapping[Cause, int] = field(default_factory=dict)
    returned: Mapping[str, int] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def __add__(self, other: Self) -> "Summary":
        known = [each for each in (self.first, self.last, other.first, other.last) if each]
        return Summary(
            Counter(self.failed) + Counter(other.failed),
            Counter(self.returned) + Counter(other.returned),
            min(known, default=None),
            max(known, default=None),
        )

    def json(self) -> Json:
        """As it is written down."""
        moments = {"first": self.first, "last": self.last}
        written = {name: at.isoformat() for name, at in moments.items() if at}
        return {"failed": dict(self.failed), "returned": dict(self.returned), **written}


def read(written: Json | None) -> Summary:
    """What was written down of deleted rows."""
    if written is None:
        return Summary()
    first, last = (
        datetime.fromisoformat(at) if (at := written.get(name)) else None
        for name in ("first", "last")
    )
    return Summary(cast("dict[Cause, int]", written["failed"]), written["returned"], first, last)


async def span(tx: Transaction, run_id: int, clients: Sequence[int] | None = None) -> Span:
    """When the first and the last was sent: all of a run's, or those of some clients."""
    first, last = (await tx.execute(SPAN, {"run": run_id, "clients": clients})).one()
    return first, last


async def of_rows(
    tx: Transaction,
    run_id: int,
    sent: Span,
    clients: Sequence[int] | None = None,
    *,
    any_failed: bool = True,
) -> Summary:
    """What the rows that are there say, besides their span.

    Each question reads all of them: the causes are not asked for where nothing failed.
    """
    causes = await failures(tx, run_id, clients) if any_failed else {}
    failed = {cause: len(ids) for cause, ids in causes.items()}
    return Summary(failed, await count_returns(tx, run_id, clients), *sent)


async def delayed(tx: Transaction, run_id: int) -> Delayed | None:
    """What most of those wait for who were refused for now."""
    found = (await tx.execute(DELAYED, {"run": run_id})).one_or_none()
    if found is None:
        return None
    domain, n, due_at, code, enhanced, words = found
    return Delayed(domain, n, due_at, cause_of(code, enhanced, words))


async def failures(
    tx: Transaction, run_id: int, clients: Sequence[int] | None = None
) -> dict[Cause, list[int]]:
    """The clients who did not get it, by cause."""
    found: dict[Cause, list[int]] = {}
    bound = {"run": run_id, "clients": clients}
    for code, enhanced, words, ids in await tx.execute(FAILURES, bound):
        found.setdefault(cause_of(code, enhanced, words), []).extend(ids)
    return found
