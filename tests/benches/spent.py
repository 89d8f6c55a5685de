"""Processor time by who spends it: on a busy machine the only figure that repeats."""

from collections.abc import Mapping
from time import process_time

import psutil


def spent(processes: Mapping[str, int], database: str) -> dict[str, float]:
    """Seconds so far of the processes, of those below them, of PostgreSQL for this database, and
    of the Telegram and the people that this process plays."""
    found = {name: _of(pid) for name, pid in processes.items()}
    found["workers"] = sum(_of(child) for pid in processes.values() for child in _below(pid))
    found["postgresql"] = sum(map(_of, _backends(database)))
    return found | {"telegram": process_time()}


def each(before: Mapping[str, float], after: Mapping[str, float], number: int) -> dict[str, float]:
    """Milliseconds for each of so many."""
    return {
        f"cpu_ms_{name}": round(1000 * (after[name] - before[name]) / max(1, number), 2)
        for name in after
    }


def _of(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _below(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def _backends(database: str) -> list[int]:
    """PostgreSQL's processes say in their title whom they serve."""
    running = psutil.process_iter(["cmdline"])
    titles = ((each.pid, " ".join(each.info["cmdline"] or ())) for each in running)
    return [
        pid for pid, title in titles if title.startswith("postgres:") and f" {database} " in title
    ]
