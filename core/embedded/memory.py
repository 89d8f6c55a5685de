"""How much memory the stack really takes."""

import os
from collections.abc import Iterable
from pathlib import Path

import psutil


def pids(data_dir: Path) -> list[int]:
    """This process, the embedded servers on `data_dir`, and all their children."""
    files = (data_dir / "postgres" / "postmaster.pid", data_dir / "valkey" / "valkey.pid")
    found = {os.getpid(), *(int(path.read_text().split()[0]) for path in files if path.exists())}
    return sorted(found | {child for pid in found for child in _children(pid)})


def memory_mb(pids: Iterable[int]) -> float:
    """Their sum; pages that several share are counted once where the system tells (PSS)."""
    return round(sum(map(_bytes, pids)) / 2**20, 1)


def _children(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return []


def _bytes(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        try:
            facts = process.memory_full_info()
        except psutil.AccessDenied:
            facts = process.memory_info()
    except psutil.Error:
        return 0
    return int(getattr(facts, "pss", facts.rss))
