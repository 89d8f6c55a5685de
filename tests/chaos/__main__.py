"""Kill processes and services while mailings go out; then account for every recipient.

Two schedulers, three workers and a bot run on a PostgreSQL, a Redis and (where it is installed)
a RabbitMQ of their own; without it the queues are those of the processes. What is done to them
follows from the seed alone:

kill       kill -9 of a process, which is started again a moment later
freeze     SIGSTOP of a worker for longer than any lease, then it goes on
rabbitmq   kill -9 of RabbitMQ, which is started again
redis      FLUSHALL
postgres   an immediate stop; the server recovers and is there again

A mail server that has every mail on disk before it answers says who got what. The exit status
is 1 when anything was lost, happened twice or stayed unfinished.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TypeVar

import structlog
import uvloop
from sqlalchemy.exc import SQLAlchemyError

from core import logs
from core.db import Transaction, clock
from tests.chaos import judge, load
from tests.chaos.faults import happen
from tests.chaos.plan import CLASSES, Fault, draw
from tests.chaos.stage import Stage, staged

log = structlog.get_logger("chaos")

PATIENCE = 150.0  # seconds for everything to come to rest

T = TypeVar("T")


async def play(folder: Path, seconds: float, seed: int, faults: list[Fault]) -> dict[str, object]:
    """The whole of it; answers the figures."""
    random = Random(seed)  # noqa: S311  replayable on purpose
    stop = asyncio.Event()
    async with staged(folder, random) as stage, asyncio.TaskGroup() as group:
        group.create_task(stage.watch(stop))
        async with stage.sessions.begin() as tx:
            expected = await load.accept(tx, seconds, random, await clock(tx))
        group.create_task(talk(stage, stop))
        early = group.create_task(observe(stage, stop))
        await happen(stage, faults, monotonic())
        rest = await at_rest(stage)
        stop.set()
        verdict = await patiently(stage, lambda tx: judge.judge(tx, expected, stage.log.read()))
    return {
        "faults": len(faults),
        "kills": sum(fault.kind == "kill" for fault in faults),
        **verdict.figures(),
        "finished_early": early.result(),
        "ended": len(stage.ended),
        "at_rest_s": round(rest, 1),
        "good": verdict.good and not early.result(),
    }


async def at_rest(stage: Stage) -> float:
    """Wait until nothing is left to be done; how long that took."""
    began = monotonic()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while await patiently(stage, judge.open_work):  # noqa: ASYNC110  the database's
                await asyncio.sleep(0.5)
    return monotonic() - began


async def observe(stage: Stage, stop: asyncio.Event) -> int:
    """How often a run said that it was finished and was not."""
    seen = 0
    while not stop.is_set():
        seen += await patiently(stage, judge.finished_early)
        await asyncio.sleep(0.5)
    return seen


async def talk(stage: Stage, stop: asyncio.Event) -> None:
    """Somebody asks the bot again and again, whatever happens to it."""
    person = stage.stand.person()
    while not stop.is_set():
        await person.type("/help")
        await asyncio.sleep(1.5)


async def patiently(stage: Stage, read: Callable[[Transaction], Awaitable[T]]) -> T:
    """Read from the database, which may be away for a moment."""
    while True:
        try:
            async with stage.sessions() as tx:
                return await read(tx)
        except (SQLAlchemyError, OSError):
            await asyncio.sleep(0.3)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seconds", type=float, default=120, help="how long faults happen")
    parser.add_argument("--seed", type=int, default=4, help="the same seed, the same faults")
    parser.add_argument("--only", choices=CLASSES, action="append", help="no other faults")
    parser.add_argument("--faults", type=int, help="how many; default: one in four seconds")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave logs and data there")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    logs.set_up()
    faults = draw(asked.seed, asked.seconds, asked.only or list(CLASSES), asked.faults)
    with TemporaryDirectory(prefix="mail-center-chaos-") as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        figures = uvloop.run(play(folder, asked.seconds, asked.seed, faults))
    if asked.json:
        print(json.dumps(figures))
    else:
        print(*(f"{name:<15} {value}" for name, value in figures.items()), sep="\n")
    return 0 if figures["good"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
