"""Which workers and schedulers there are: each says so itself, in PostgreSQL, never emptied."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from core.db import Transaction
from core.jobs.models import Job, WorkerProcess
from core.version import version

BEAT = timedelta(seconds=5)
SILENT = 3 * BEAT  # then it is thought to be dead
FORGOTTEN = timedelta(days=1)

Cause = Literal["hint", "sweep"]  # what made a process look for dates that have come


@dataclass(frozen=True)
class WorkerView:
    """A process, and how many jobs it runs at this moment."""

    name: str
    host: str
    pid: int
    version: str
    queues: Sequence[str]
    since: datetime
    seen_at: datetime
    running: int
    alive: bool
    started_by_hint: int
    started_by_sweep: int


async def beat(tx: Transaction, host: str, pid: int, queues: Collection[str], now: datetime) -> str:
    """Say that a process is there; answers its name, by which its jobs are known.

    A scheduler has no queues; in one process with a worker it leaves the worker's as they are.
    """
    name = name_of(host, pid)
    values = {"host": host, "pid": pid, "version": version(), "queues": sorted(queues)}
    row = insert(WorkerProcess).values(name=name, since=now, seen_at=now, **values)
    if not queues:
        del values["queues"]
    again = row.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now, **values})
    await tx.execute(again)
    return name


async def started(tx: Transaction, host: str, pid: int, n: int, cause: Cause) -> None:
    """Count the dates that a process starts in this transaction."""
    column = getattr(WorkerProcess, f"started_by_{cause}")
    mine = update(WorkerProcess).where(WorkerProcess.name == name_of(host, pid))
    await tx.execute(mine.values({column: column + n}))


async def leave(tx: Transaction, host: str, pid: int) -> None:
    """A process ends in good order."""
    await tx.execute(delete(WorkerProcess).where(WorkerProcess.name == name_of(host, pid)))


async def all_of(tx: Transaction, now: datetime) -> Sequence[WorkerView]:
    """Every process known, the dead of the last day among them."""
    running = (
        select(func.count())
        .where(Job.status == "running", Job.worker == WorkerProcess.name)
        .scalar_subquery()
    )
    rows = await tx.execute(select(WorkerProcess, running).order_by(WorkerProcess.name))
    return [_view(row, n, now) for row, n in rows]


async def forget_dead(tx: Transaction, now: datetime) -> int:
    """Drop those that have been silent for a day."""
    dead = delete(WorkerProcess).where(WorkerProcess.seen_at < now - FORGOTTEN)
    return len((await tx.scalars(dead.returning(WorkerProcess.pid))).all())


def name_of(host: str, pid: int) -> str:
    """As jobs name their worker."""
    return f"{host}:{pid}"


def _view(row: WorkerProcess, running: int, now: datetime) -> WorkerView:
    return WorkerView(
        row.name,
        row.host,
        row.pid,
        row.version,
        row.queues,
        row.since,
        row.seen_at,
        running,
        now - row.seen_at <= SILENT,
        row.started_by_hint,
        row.started_by_sweep,
    )
