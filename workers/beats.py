"""A process says that it is there, and once that it no longer will be."""

import asyncio
import os
import socket
from collections.abc import Collection

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.db import Sessions, clock
from core.jobs import workers
from core.tasks import finished_first

log = structlog.get_logger(__name__)

HOST, PID = socket.gethostname, os.getpid


async def say(sessions: Sessions, queues: Collection[str]) -> None:
    """Say it once; to be awaited before anything is done that is counted."""
    async with sessions.begin() as tx:
        await workers.beat(tx, HOST(), PID(), queues, await clock(tx))


async def beat(sessions: Sessions, queues: Collection[str], stop: asyncio.Event) -> None:
    """Every few seconds until `stop`; a beat that fails is left out."""
    while not stop.is_set():
        try:
            await say(sessions, queues)
        except (SQLAlchemyError, OSError) as error:
            log.debug("beat left out", reason=type(error).__name__)
        await finished_first(asyncio.sleep(workers.BEAT.total_seconds()), stop)
    try:
        async with sessions.begin() as tx:
            await workers.leave(tx, HOST(), PID())
    except (SQLAlchemyError, OSError) as error:
        log.debug("not said goodbye", reason=type(error).__name__)
