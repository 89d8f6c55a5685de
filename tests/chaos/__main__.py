"""Let everything go wrong while mailings go out; then account for every recipient.

Two schedulers, three workers (one with two children), a bot and a site run on a PostgreSQL, a
Redis and (where it is installed) a RabbitMQ of their own. What is done to them follows from the
seed alone; the plan is printed before it begins:

kill       kill -9 of a worker, a worker's child, a scheduler, the bot, the site
orphan     kill -9 of a parent alone: its children have to leave
freeze     SIGSTOP of a process for longer than any lease, then it goes on
postgres   an immediate stop; the server recovers and is there again
rabbitmq   kill -9 of RabbitMQ, which is started again
redis      FLUSHALL, or kill -9
wire       on the way to any service: reset, half-open, slow, cut in the middle of a message
disk       full, under the journals, the logs or the database (a small disk mounted by root)
clock      an hour on or back under a running process (libfaketime)
smtp       4xx, 5xx, 421, drops, garbage, silence, single octets, at each step of a mail
telegram   429, 5xx, no answer, an answer lost after its effect, updates delivered again

Meanwhile mailings are launched by taps in the chat, and others frozen and continued. A mail
server that has every mail on disk before it answers says who got what. The exit status is 1 when
anything was lost, happened twice, stayed unfinished or is unexplained. What waits for minutes
before it is tried again waits for two seconds here.
"""

import argparse
import asyncio
import json
import shutil
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import structlog
import uvloop

from core import logs
from core.db import clock
from demo.stand.person import Person
from tests.chaos import judge, load, people, reading, watching
from tests.chaos.claims import patiently
from tests.chaos.faults import happen
from tests.chaos.plan import CLASSES, Fault, draw, seconds_for
from tests.chaos.stage import SECRETS, Stage, staged

log = structlog.get_logger("chaos")

PATIENCE = 240.0  # seconds for everything to come to rest
RECOVERY = 10.0  # seconds beyond lease and sweep that a busy machine may take


async def play(folder: Path, seconds: float, seed: int, faults: list[Fault]) -> dict[str, Any]:
    """The whole of it; answers the figures."""
    random = Random(seed)  # noqa: S311  replayable on purpose
    stop, over = asyncio.Event(), asyncio.Event()
    async with staged(folder, random, {fault.kind for fault in faults}) as stage:
        person = Person(stage.services.stand, language="en")
        async with stage.services.sessions.begin() as tx:
            expected = await load.accept(tx, seconds, random, await clock(tx))
            launches = await load.prepare_launches(tx, person.chat.id, seconds)
        async with asyncio.TaskGroup() as group:
            group.create_task(stage.watch(stop))
            group.create_task(watching.hasten(stage, stop))
            observing = group.create_task(watching.observe(stage, stop))
            visiting = group.create_task(watching.visit(stage, stop))
            freezing = group.create_task(people.freeze_some(stage, expected, stop))
            every = load.LAUNCHED_EVERY
            launching = group.create_task(people.launch_some(launches, person, every, over))
            await happen(stage, faults, monotonic())
            over.set()
            await launching
            rest = await at_rest(stage)
            deaf = await watching.deaf(stage)
            stop.set()
        observed, freezes = observing.result(), freezing.result()
        seen = judge.Seen(
            stage.services.oracle.read(), stage.services.oracle.begun, stage.total_doubt
        )
        verdict = await patiently(
            stage, lambda tx: judge.judge(tx, expected, launches, freezes, seen)
        )
        said = read(stage)
        shutil.copytree(stage.place("log"), folder / "said", dirs_exist_ok=True)
    counted = Counter(fault.kind for fault in faults)
    wrong = observed.finished_early, stage.orphans, deaf, said["unlogged"], said["secrets"]
    recovered = observed.recovery_s <= RECOVERY
    return {
        "faults": len(faults),
        "kills": counted["kill"] + counted["orphan"],
        **verdict.figures(),
        "in_doubt_at_most": seen.doubt,
        "finished_early": observed.finished_early,
        "recovery_s": round(observed.recovery_s, 1),
        "orphans": stage.orphans,
        "deaf": deaf,
        **said,
        "ended": len(stage.ended),
        "site_answers": visiting.result(),
        "at_rest_s": round(rest, 1),
        "classes": dict(sorted(counted.items())),
        "met": {"smtp": stage.services.moods.met, "telegram": stage.services.mood.met},
        "skipped": stage.skipped,
        "good": verdict.good and not any(wrong) and recovered and visiting.result() > 0,
    }


async def at_rest(stage: Stage) -> float:
    """Wait until nothing is left to be done; how long that took."""
    began = monotonic()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while await patiently(stage, judge.open_work):  # noqa: ASYNC110  the database's
                await asyncio.sleep(0.5)
    return monotonic() - began


def read(stage: Stage) -> dict[str, int]:
    """How many lines of the logs should not be there; each is shown."""
    lines = list(reading.lines_of(stage.place("log")))
    found = {
        "unlogged": list(reading.unlogged(lines)),
        "secrets": list(reading.secrets(lines, SECRETS)),
    }
    for kind, bad in found.items():
        for line in bad[:20]:
            log.warning(kind, line=line[:500])
    return {kind: len(bad) for kind, bad in found.items()}


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seconds", type=float, help="how long faults happen (default: 120)")
    parser.add_argument("--faults", type=int, help="how many (default: one in 0.6 seconds)")
    parser.add_argument("--seed", type=int, default=4, help="the same seed, the same faults")
    parser.add_argument(
        "--only", choices=CLASSES, action="append", metavar="CLASS", help="no other faults"
    )
    parser.add_argument("--plan", action="store_true", help="only print what would happen")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave logs and data there")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    logs.set_up()
    seconds = asked.seconds or (seconds_for(asked.faults) if asked.faults else 120.0)
    faults = draw(asked.seed, seconds, asked.only or list(CLASSES), asked.faults)
    print(*faults, sep="\n", file=sys.stderr)
    if asked.plan:
        return 0
    with TemporaryDirectory(prefix="mail-center-chaos-") as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        figures = uvloop.run(play(folder, seconds, asked.seed, faults))
    for name, why in figures["skipped"].items():
        print(f"SKIPPED {name}: {why}", file=sys.stderr)
    if asked.json:
        print(json.dumps(figures))
    else:
        print(*(f"{name:<17} {value}" for name, value in figures.items()), sep="\n")
    return 0 if figures["good"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
