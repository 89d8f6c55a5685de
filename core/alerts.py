"""What administrators have to look at: each trouble is told in the chat, once a day."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from core.db import Transaction
from core.jobs import pauses, workers
from core.jobs.models import DeadLetter, Job
from core.jobs.workers import WorkerView
from core.users import news
from core.users.models import User

LATE = timedelta(minutes=5)  # a due task that nobody has begun for so long
LATELY = timedelta(minutes=15)
ROOM = 0.05  # the part of a disk that ought to be free

WAITING = text("""
    SELECT queue, count(*) AS n, min(due_at) AS since FROM jobs
    WHERE status = 'queued' AND due_at < :before GROUP BY queue ORDER BY queue
""")


@dataclass(frozen=True)
class Alert:
    """A trouble and its figures: `no_worker`, `late`, `no_scheduler`, `dead_letters`, `failed` or
    `disk`."""

    kind: str
    of: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def key(self, now: datetime) -> str:
        """Under which it is told of once."""
        return f"alert:{self.kind}:{self.of}:{now:%Y-%m-%d}"


async def look(tx: Transaction, folder: Path, now: datetime, room: float = ROOM) -> list[Alert]:
    """Look for trouble and put it down to be told; of `folder`'s disk, `room` is to be free."""
    processes = await workers.all_of(tx, now)
    found = [
        *await _waiting(tx, processes, now),
        *_unscheduled(processes, now),
        *await _ended_badly(tx, now),
        *_full(folder, room),
    ]
    if found:
        administrators = list(await tx.scalars(select(User.id).where(User.is_admin)))
        for alert in found:
            data = {"alert": alert.kind, "of": alert.of, **alert.data}
            await news.tell(tx, administrators, "alert", alert.key(now), now, **data)
    return found


async def _waiting(tx: Transaction, processes: Sequence[WorkerView], now: datetime) -> list[Alert]:
    """Queues in which something has been due for too long, unless they are to stand still."""
    alive = {q for each in processes if each.alive for q in each.queues}
    rows = (await tx.execute(WAITING, {"before": now - LATE})).all()
    return [
        Alert(
            "late" if row.queue in alive else "no_worker",
            row.queue,
            {"n": row.n, "minutes": (now - row.since) // timedelta(minutes=1)},
        )
        for row in rows
        if not await pauses.stands(tx, row.queue)
    ]


def _unscheduled(processes: Sequence[WorkerView], now: datetime) -> Iterator[Alert]:
    """Where schedulers have run that did not end in good order, and none runs any more."""
    seen = [each.seen_at for each in processes if not each.queues]
    if seen and max(seen) < now - LATE:
        yield Alert("no_scheduler", data={"minutes": (now - max(seen)) // timedelta(minutes=1)})


async def _ended_badly(tx: Transaction, now: datetime) -> list[Alert]:
    failed = select(func.count()).where(Job.status == "failed", Job.finished_at > now - LATELY)
    dead = select(func.count()).where(DeadLetter.received_at > now - LATELY)
    counts = {"failed": await tx.scalar(failed), "dead_letters": await tx.scalar(dead)}
    return [Alert(kind, data={"n": n}) for kind, n in counts.items() if n]


def _full(folder: Path, room: float) -> Iterator[Alert]:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    usage = shutil.disk_usage(there)
    if usage.free < usage.total * room:
        yield Alert("disk", data={"mb": usage.free // 1_000_000})
