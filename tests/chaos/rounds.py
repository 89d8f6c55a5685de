"""Many faults in several worlds, one after the other: each is a seed that can be played alone."""

import json
import signal
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from tests.processes import ROOT

Figures = dict[str, Any]

WORST = ("late_p99_s", "recovery_s", "recovery_wall_s", "at_rest_s", "load")  # else: added up


class Ending:
    """Asked to end by SIGTERM or by the time: the world under way is played to its end."""

    def __init__(self, minutes: float | None) -> None:
        self._until = monotonic() + minutes * 60 if minutes else float("inf")
        self._longest = 0.0
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the second one ends at once

    def seeds(self, first: int, number: int) -> Iterator[int]:
        """The worlds for which there is time, if they last as long as the longest so far."""
        for seed in range(first, first + number):
            if self.asked or monotonic() + self._longest > self._until:
                return
            began = monotonic()
            yield seed
            self._longest = max(self._longest, monotonic() - began)


def shares(faults: int, rounds: int) -> list[int]:
    """How many of the faults each world has."""
    return [faults // rounds + (number < faults % rounds) for number in range(rounds)]


def total(rounds: Sequence[Figures]) -> Figures:
    """The figures of all worlds together; `bad` are the seeds of those that broke a promise."""
    names = rounds[0] if rounds else {}
    summed = {name: _together(name, [each[name] for each in rounds]) for name in names}
    return {**summed, "seed": [each["seed"] for each in rounds], "bad": list(_bad(rounds))}


def _together(name: str, values: Sequence[Any]) -> Any:
    if isinstance(values[0], dict):
        keys = {key for value in values for key in value}
        return {key: _together(key, [v[key] for v in values if key in v]) for key in sorted(keys)}
    if isinstance(values[0], bool):
        return all(values)
    if isinstance(values[0], str):
        return values[0]
    return max(values) if name in WORST else sum(values)


def _bad(rounds: Iterable[Figures]) -> Iterator[int]:
    return (each["seed"] for each in rounds if not each["good"])


def write(path: Path, rounds: Sequence[Figures]) -> None:
    """What is known by now."""
    whole = path.with_suffix(".new")
    whole.write_text(json.dumps({"total": total(rounds), "rounds": rounds}, indent=1) + "\n")
    whole.replace(path)


def commit() -> str:
    """Which state of the program it is."""
    asked = ("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()
