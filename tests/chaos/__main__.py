"""Let everything go wrong while mailings go out; then account for every recipient.

Two schedulers, three workers (one with two children), a bot and a site run on a PostgreSQL, a
Redis and (where it is installed) a RabbitMQ of their own. What is done to them follows from the
seed alone; the plan is printed before it begins:

kill       kill -9 of a worker, a scheduler, the bot, the site
child      kill -9 of a worker's child: its parent starts another
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

A fault counts when it has met something: a refusal when the mail server has given it, a kill when
the process lived. `planned` is how many were drawn.
"""

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from core import logs
from tests.chaos import rounds
from tests.chaos.plan import CLASSES, EVERY, Fault, draw, seconds_for
from tests.chaos.world import play


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--seconds", type=float, help="how long faults happen (default: 120)")
    add("--faults", type=int, help="how many (default: as the pace allows)")
    add("--pace", type=float, default=EVERY, help=f"seconds a fault (default: {EVERY})")
    add("--seed", type=int, default=4, help="the same seed, the same faults")
    add("--only", choices=CLASSES, action="append", metavar="CLASS", help="no other faults")
    add("--calm", type=float, default=1.0, metavar="N", help="mailings N times rarer")
    add("--rare", type=float, default=1.0, metavar="N", help="costly faults N times rarer")
    add("--rounds", type=int, default=1, help="so many worlds, one after the other")
    add("--minutes", type=float, help="begin no round that would not end by then")
    add("--figures", type=Path, metavar="FILE", help="write them there after each round")
    add("--plan", action="store_true", help="only print what would happen")
    add("--keep", type=Path, metavar="DIR", help="leave logs and data there")
    add("--json", action="store_true", help="one line of JSON")
    return parser.parse_args(arguments)


def world(asked: argparse.Namespace, seed: int, number: int | None) -> rounds.Figures:
    """One world's figures."""
    seconds, faults = planned(asked, seed, number)
    with TemporaryDirectory(prefix="mail-center-chaos-") as scratch:
        folder = asked.keep / str(seed) if asked.keep else Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        figures = uvloop.run(play(folder, seconds, seed, faults, asked.calm))
    for name, why in figures["skipped"].items():
        print(f"SKIPPED {name}: {why}", file=sys.stderr)
    return {"seed": seed, "commit": rounds.commit(), **figures}


def planned(asked: argparse.Namespace, seed: int, number: int | None) -> tuple[float, list[Fault]]:
    """How long it lasts and what happens in it, which is printed."""
    seconds = asked.seconds or (seconds_for(number, asked.pace) if number else 120.0)
    classes = asked.only or list(CLASSES)
    faults = draw(seed, seconds, classes, number, asked.pace, asked.rare)
    print(*faults, sep="\n", file=sys.stderr)
    return seconds, faults


def played(asked: argparse.Namespace) -> rounds.Figures:
    """The figures of all worlds for which there is time."""
    shares = rounds.shares(asked.faults, asked.rounds) if asked.faults else [None] * asked.rounds
    known: list[rounds.Figures] = []
    for seed in rounds.Ending(asked.minutes).seeds(asked.seed, asked.rounds):
        known.append(world(asked, seed, shares[seed - asked.seed]))
        if asked.figures:
            rounds.write(asked.figures, known)
    return known[0] if asked.rounds == 1 else rounds.total(known)


def main(arguments: list[str]) -> int:
    asked = parse(arguments)
    logs.set_up()
    if asked.plan:
        planned(asked, asked.seed, asked.faults)
        return 0
    figures = played(asked)
    if asked.json:
        print(json.dumps(figures))
    else:
        print(*(f"{name:<17} {value}" for name, value in figures.items()), sep="\n")
    return 0 if figures["good"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
