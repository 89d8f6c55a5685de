"""Asking the database, which may be away, from outside of all wires."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.db import Transaction
from core.delivery.journal import OPEN, SIZE
from tests.chaos.stage import Stage

T = TypeVar("T")

HELD = text("SELECT coalesce(sum(open), 0) FROM claims WHERE starts_with(name, :journal)")


async def patiently(
    stage: Stage, work: Callable[[Transaction], Awaitable[T]], *, writes: bool = False
) -> T:
    """Work in a transaction, again until it succeeds: what is done has to bear repetition."""
    while True:
        try:
            begin = stage.services.sessions.begin if writes else stage.services.sessions
            async with begin() as tx:
                return await work(tx)
        except (SQLAlchemyError, OSError):
            await asyncio.sleep(0.3)


async def answering(stage: Stage) -> None:
    """Returns once the database answers."""
    await asyncio.sleep(0.3)  # for one that is being stopped
    await patiently(stage, lambda tx: tx.execute(text("SELECT 1")))


def on_the_wire(pid: int) -> int:
    """How many mails a process has handed over without an answer, by the journal it has open."""
    with suppress(OSError):
        return Path(path).read_bytes()[SIZE::SIZE].count(OPEN) if (path := _journal(pid)) else 0
    return 0


async def held_by(stage: Stage, pid: int) -> int:
    """How many rows a process has claimed, by the journal that it has open."""
    path = _journal(pid)
    if path is None:
        return 0
    journal = Path(path).stem

    async def read(tx: Transaction) -> int:
        return int((await tx.execute(HELD, {"journal": f"{journal}."})).scalar_one())

    return await patiently(stage, read)


def _journal(pid: int) -> str | None:
    with suppress(psutil.Error, OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                if (path := os.readlink(link)).endswith((".journal", ".new")):
                    return path
    return None
