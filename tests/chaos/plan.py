"""What is done to whom and when: all of it decided by the seed, before anything begins."""

from dataclasses import dataclass
from random import Random

WORKERS = ("worker-1", "worker-2", "worker-3")
SCHEDULERS = ("scheduler-1", "scheduler-2")
PROCESSES = (*WORKERS, *SCHEDULERS, "bot")

# How often each class of faults is drawn; each is there once before one is there twice.
CLASSES = {"kill": 8, "freeze": 1, "rabbitmq": 1, "redis": 2, "postgres": 2}

BEGIN = 4.0  # seconds of peace at first
EVERY = 4.0  # seconds a fault, if no number is asked for
FROZEN = (32.0, 38.0)  # longer than any lease


@dataclass(frozen=True)
class Fault:
    """At a second, something happens to a target for a while."""

    at: float
    kind: str
    target: str
    lasts: float


def draw(seed: int, seconds: float, classes: list[str], number: int | None = None) -> list[Fault]:
    """The faults of a run in their order."""
    random = Random(seed)  # noqa: S311  replayable on purpose
    number = max(1, round((seconds - BEGIN) / EVERY)) if number is None else number
    kinds = random.sample(classes, len(classes))[:number]
    weights = [CLASSES[kind] for kind in classes]
    kinds += random.choices(classes, weights, k=number - len(kinds))
    # What lasts long comes first, so that the rest happens to a crippled cluster.
    kinds.sort(key=lambda kind: kind != "freeze")
    times = sorted(random.uniform(BEGIN, seconds) for _ in kinds)
    return [_fault(random, at, kind) for at, kind in zip(times, kinds, strict=True)]


def _fault(random: Random, at: float, kind: str) -> Fault:
    match kind:
        case "kill":
            return Fault(at, kind, random.choice(PROCESSES), random.uniform(0.0, 2.0))
        case "freeze":
            return Fault(at, kind, random.choice(WORKERS), random.uniform(*FROZEN))
        case "rabbitmq":
            return Fault(at, kind, kind, random.uniform(0.0, 5.0))
    return Fault(at, kind, kind, 0.0)
