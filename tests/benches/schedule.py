"""How punctual many schedules are: `./run bench schedule [--json]`.

Schedules are daily mailings; the creating loops of two worker processes start what is due.

created_in_s   `due` of them fall due in one instant: until the last of their runs is committed.
late_p99_s     For ten seconds 50 a second fall due: from the date to its run's commit.
idle_sweep_ms  A sweep that finds nothing, as the loop makes it: the median of 200, made right
               after the starts, so that what they leave behind in the index is paid for.
growth         The same for other numbers of schedules.
"""

import argparse
import asyncio
import json
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter

import uvloop
from sqlalchemy import func, select, text

from core import logs
from core.db import Sessions, clock, open_sessions
from core.delivery.models import Run
from tests import factories
from tests.benches.world import scratch
from workers.loops import create, each_second

GROWTH = (10_000, 100_000, 1_000_000)
STEADY_SECONDS, STEADY_RATE = 10, 50
LOOK = 0.01

MAILINGS = text("""
    INSERT INTO mailings (owner_id, message_id, accepted_at)
    SELECT :owner, :message, now() FROM generate_series(1, :n)
""")
SCHEDULES = text("""
    INSERT INTO schedules (object_type, object_id, task, recurrence, start_at, timezone, next_at,
                           created_at)
    SELECT 'mailings', m.id, 'workers.tasks.send_mailing', '{"kind": "days", "every": 1}',
           at, 'Europe/Berlin', at, now()
    FROM (SELECT id, now() + interval '1 hour' + random() * interval '23 hours' AS at
          FROM mailings) m
""")
DUE = text("""
    UPDATE schedules s SET next_at = CAST(:at AS timestamptz) + (n - 1) * CAST(:gap AS interval)
    FROM (SELECT id, row_number() OVER () AS n
          FROM (SELECT id FROM schedules WHERE done = 0 ORDER BY random() LIMIT :due) picked) due
    WHERE s.id = due.id
""")


@dataclass(frozen=True)
class Figures:
    """Of one number of schedules."""

    schedules: int
    created_in_s: float
    idle_sweep_ms: float
    late_p99_s: float


async def measure(schedules: int, due: int, *, steady: bool = True) -> Figures:
    """Everything in a database of its own."""
    async with scratch() as engine:
        sessions = open_sessions(engine)
        await populate(sessions, schedules)
        async with looping(sessions):
            lateness = await until_started(sessions, due, timedelta())
        idle = await idle_sweep_ms(sessions)
        late = [0.0, 0.0]
        if steady:
            async with looping(sessions):
                gap = timedelta(seconds=1) / STEADY_RATE
                late = await until_started(sessions, STEADY_SECONDS * STEADY_RATE, gap)
    p99 = statistics.quantiles(late, n=100)[98]
    return Figures(schedules, round(max(lateness), 3), round(idle, 3), round(p99, 3))


async def populate(sessions: Sessions, schedules: int) -> None:
    """Mailings of one owner, each with a date within the day."""
    async with sessions.begin() as tx:
        owner = await factories.user(tx)
        message = await factories.message(tx, owner)
        await tx.execute(MAILINGS, {"owner": owner.id, "message": message.id, "n": schedules})
        await tx.execute(SCHEDULES)
    async with sessions() as tx:
        connection = await tx.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        for table in ("mailings", "schedules"):
            await connection.execute(text(f"VACUUM ANALYZE {table}"))


@asynccontextmanager
async def looping(sessions: Sessions) -> AsyncIterator[None]:
    """The creating loops of two workers, whom nothing wakes."""
    stop, wake = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(each_second("create", partial(create, sessions), wake, stop))
        try:
            yield
        finally:
            stop.set()


async def until_started(sessions: Sessions, due: int, gap: timedelta) -> list[float]:
    """Let schedules fall due, `gap` apart; the lateness of each by when its run is seen."""
    async with sessions.begin() as tx:
        first = await clock(tx) + timedelta(seconds=3)
        last = (await tx.execute(select(func.coalesce(func.max(Run.id), 0)))).scalar_one()
        await tx.execute(DUE, {"at": first, "gap": gap, "due": due})
    late: list[float] = []
    async with asyncio.timeout(120):
        while len(late) < due:
            await asyncio.sleep(LOOK)
            late += await _seen(sessions, last, len(late))
    return late


async def _seen(sessions: Sessions, after: int, known: int) -> list[float]:
    async with sessions() as tx:
        now: datetime = await clock(tx)
        dates = select(Run.due_at).where(Run.id > after).order_by(Run.id).offset(known)
        return [(now - due_at).total_seconds() for due_at in await tx.scalars(dates)]


async def idle_sweep_ms(sessions: Sessions) -> float:
    """The median of sweeps that find nothing."""
    times: list[float] = []
    for _ in range(200):
        began = perf_counter()
        await create(sessions)
        times.append((perf_counter() - began) * 1000)
    return statistics.median(times)


async def bench(schedules: int, due: int, growth: list[int]) -> dict[str, object]:
    """The figures by their names."""
    main = await measure(schedules, due)
    others = [main if n == schedules else await measure(n, due, steady=False) for n in growth]
    return {
        "schedules": schedules,
        "due": due,
        "created_in_s": main.created_in_s,
        "late_p99_s": main.late_p99_s,
        "idle_sweep_ms": main.idle_sweep_ms,
        "growth": [[each.schedules, each.idle_sweep_ms, each.created_in_s] for each in others],
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench schedule", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--schedules", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=5_000)
    parser.add_argument("--growth", type=int, nargs="*", default=GROWTH, metavar="N")
    asked = parser.parse_args()
    logs.set_up()
    figures = uvloop.run(bench(asked.schedules, asked.due, asked.growth))
    if asked.json:
        print(json.dumps(figures))
    else:
        print(*(f"{name:<14} {value}" for name, value in figures.items()), sep="\n")


if __name__ == "__main__":
    main()
