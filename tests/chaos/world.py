"""One world from its beginning to its verdict: mailings go out, faults happen, all is counted."""

import asyncio
import os
import shutil
import signal
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import structlog

from core.db import clock
from demo.stand.person import Person
from tests.chaos import judge, load, people, reading, watching
from tests.chaos.claims import patiently
from tests.chaos.faults import happen
from tests.chaos.nursery import Forked
from tests.chaos.plan import Fault
from tests.chaos.stage import SECRETS, Stage, staged

log = structlog.get_logger("chaos")

PATIENCE = 240.0  # seconds without any progress until what is still open is given up
RECOVERY = 10.0  # seconds beyond lease and sweep that a worker may take
SHOWN = 20  # bad lines


async def play(
    folder: Path, seconds: float, seed: int, faults: list[Fault], calm: float
) -> dict[str, Any]:
    """The whole of it; answers the figures."""
    random = Random(seed)  # noqa: S311  replayable on purpose
    stop, over = asyncio.Event(), asyncio.Event()
    began = monotonic()
    async with staged(folder, random, {fault.kind for fault in faults}) as stage:
        person, other = (Person(stage.services.stand, number, "en") for number in (1, 2))
        async with stage.services.sessions.begin() as tx:
            expected = await load.accept(tx, seconds, random, await clock(tx), calm)
            launches = await load.prepare_launches(tx, person.chat.id, seconds)
            await load.prepare_taps(tx, other.chat.id, seconds, expected, calm)
        async with asyncio.TaskGroup() as group:
            group.create_task(stage.watch(stop))
            group.create_task(watching.hasten(stage, stop))
            observing = group.create_task(watching.observe(stage, stop))
            visiting = group.create_task(watching.visit(stage, stop))
            freezing = group.create_task(people.freeze_some(stage, expected, stop))
            tapping = group.create_task(people.freeze_by_taps(stage, expected, other, stop))
            every = load.LAUNCHED_EVERY
            launching = group.create_task(people.launch_some(launches, person, every, over))
            await happen(stage, faults, monotonic())
            over.set()
            await launching
            rest = await at_rest(stage)
            left = await patiently(stage, judge.open_work)
            deaf = await watching.deaf(stage)
            stop.set()
        observed, freezes = observing.result(), [*freezing.result(), *tapping.result()]
        seen = judge.Seen(
            stage.services.oracle.read(), stage.services.oracle.begun, stage.total_doubt
        )
        verdict = await patiently(
            stage, lambda tx: judge.judge(tx, expected, launches, freezes, seen)
        )
        said = read(stage)
        shutil.copytree(stage.place("log"), folder / "said", dirs_exist_ok=True)
    happened = stage.everything_that_happened()
    wrong = observed.finished_early, stage.orphans, deaf, *said.values(), left
    recovered = observed.recovery_s <= RECOVERY
    return {
        "planned": len(faults),
        "faults": happened.total(),
        "kills": stage.kills,
        "kills_midway": stage.kills_midway,
        **verdict.figures(),
        "in_doubt_at_most": seen.doubt,
        "finished_early": observed.finished_early,
        "recovery_s": round(observed.recovery_s, 1),
        "recovery_wall_s": round(observed.recovery_wall_s, 1),
        "orphans": stage.orphans,
        "deaf": deaf,
        **said,
        "ended": len(stage.ended),
        "site_answers": visiting.result(),
        "left_open": left,
        "at_rest_s": round(rest, 1),
        "lasted_s": round(monotonic() - began),
        "load": round(os.getloadavg()[1], 1),
        "classes": dict(sorted(happened.items())),
        "skipped": stage.skipped,
        "good": verdict.good and not any(wrong) and recovered and visiting.result() > 0,
    }


async def at_rest(stage: Stage) -> float:
    """Wait until nothing is left to be done, as long as it gets less; how long that took."""
    began = moved = monotonic()
    before: tuple[int, int] | None = None
    while (left := await patiently(stage, judge.open_work)) and monotonic() - moved < PATIENCE:
        now = left, await patiently(stage, judge.open_rows)
        moved, before = (monotonic() if now != before else moved), now
        await asyncio.sleep(0.5)
    if left:
        log.warning("no rest", open=left, rows=before and before[1])
        for process in stage.processes.values():
            if isinstance(process, Forked):
                process.send(signal.SIGUSR1)  # what it waits for is in its log then
        await asyncio.sleep(1)
    return monotonic() - began


def read(stage: Stage) -> dict[str, int]:
    """How many lines of the logs should not be there; each is shown."""
    lines = list(reading.lines_of(stage.place("log")))
    found = {
        "unlogged": list(reading.unlogged(lines)),
        "secrets": list(reading.secrets(lines, SECRETS)),
    }
    for kind, bad in found.items():
        for line in bad[:SHOWN]:
            log.warning(kind, line=line[:500])
    return {kind: len(bad) for kind, bad in found.items()}
