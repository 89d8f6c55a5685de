"""What is done to whom and when: all of it decided by the seed, before anything begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

WORKERS = ("worker-1", "worker-2", "worker-3")
PARENT = "worker-3"  # a parent with two children, on a host of its own
SCHEDULERS = ("scheduler-1", "scheduler-2")
PROCESSES = (*WORKERS, *SCHEDULERS, "bot", "web")
CHILDREN = (f"{PARENT}/0", f"{PARENT}/1")
ALONE = ("worker-1", "worker-2")

SIGN_IN, STAGES = ("connect", "ehlo", "auth"), ("mail", "rcpt", "data", "end")
OFTENER = 8  # in a mail than at a sign-in, after which the account is left alone for a while
ANSWERS = ("4xx", "5xx", "421", "drop-before", "drop-after", "garbage", "silence", "bytes")
LINKS = ("postgres", "redis", "rabbitmq", "smtp", "telegram")
BREAKS = ("reset", "half-open", "slow", "cut")


@dataclass(frozen=True)
class Class:
    """How often it is drawn, whom it may meet, and how many seconds it lasts."""

    weight: int
    targets: Sequence[str]
    lasts: tuple[float, float] = (0.0, 0.0)
    costly: bool = False  # takes seconds of work to be mended


CLASSES = {
    "kill": Class(18, (*ALONE * 2, *SCHEDULERS * 3, "bot", "web", "web"), (0.0, 2.0)),
    "child": Class(4, CHILDREN, costly=True),
    "orphan": Class(2, (PARENT,), (0.0, 2.0), costly=True),
    "freeze": Class(2, ("worker-1", "worker-2", *SCHEDULERS, "bot"), (32.0, 38.0), costly=True),
    "postgres": Class(3, ("postgres",), costly=True),
    "rabbitmq": Class(1, ("rabbitmq",), (0.0, 5.0), costly=True),
    "redis": Class(4, ("flushall", "kill")),
    "wire": Class(28, [f"{link}:{how}" for link in LINKS for how in BREAKS], (1.0, 12.0)),
    "disk": Class(2, ("journal", "log", "database"), (1.0, 6.0), costly=True),
    "clock": Class(4, [f"{name}:{by}" for name in PROCESSES for by in ("+3600", "-3600")], (2, 20)),
    "smtp": Class(
        106,
        [
            *(f"{stage}:{how}" for stage in SIGN_IN for how in ANSWERS),
            *[f"{stage}:{how}" for stage in STAGES for how in ANSWERS] * OFTENER,
            *("data:middle", "end:drop-accepted", "end:silence-accepted") * OFTENER,
            *("end:garbage-accepted",) * OFTENER,
        ],
        (1.0, 40.0),
    ),
    "telegram": Class(24, ("429", "5xx", "lost", "time-out", "duplicates"), (1.0, 15.0)),
}

BEGIN = 4.0  # seconds of peace at first
EVERY = 0.6  # seconds a fault, if no number or no time is given


@dataclass(frozen=True)
class Fault:
    """At a second, something happens to a target for a while."""

    at: float
    kind: str
    target: str
    lasts: float

    def __str__(self) -> str:
        return f"{self.at:8.2f} s  {self.kind:<9} {self.target:<22} {self.lasts:5.1f} s"


def seconds_for(faults: int, every: float = EVERY) -> float:
    """How long so many faults take at a pace."""
    return BEGIN + faults * every


def draw(
    seed: int,
    seconds: float,
    classes: Sequence[str],
    number: int | None,
    every: float = EVERY,
    rare: float = 1.0,
) -> list[Fault]:
    """The faults of a run in their order; each class is there once before one is there twice.

    Those that are costly are so many times rarer as `rare` says.
    """
    random = Random(seed)  # noqa: S311  replayable on purpose
    number = max(1, round((seconds - BEGIN) / every)) if number is None else number
    kinds = random.sample(classes, len(classes))[:number]
    drawn = [CLASSES[kind] for kind in classes]
    weights = [each.weight / (rare if each.costly else 1) for each in drawn]
    kinds += random.choices(classes, weights, k=number - len(kinds))
    random.shuffle(kinds)
    # What lasts long comes early, so that the rest happens to a crippled cluster.
    kinds.sort(key=lambda kind: kind != "freeze" or random.random() < 0.5)
    times = sorted(random.uniform(BEGIN, seconds) for _ in kinds)
    return [_fault(random, at, kind) for at, kind in zip(times, kinds, strict=True)]


def _fault(random: Random, at: float, kind: str) -> Fault:
    drawn = CLASSES[kind]
    return Fault(at, kind, random.choice(drawn.targets), random.uniform(*drawn.lasts))
