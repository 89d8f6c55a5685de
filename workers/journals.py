"""The journal of this process, and those that dead ones left on its host."""

import asyncio
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.db import Sessions
from core.delivery.service import Journal, recover
from core.settings import Settings
from core.tasks import finished_first

log = structlog.get_logger(__name__)

PAUSE = 1.0  # seconds until a full disk is tried again


def journals_of(settings: Settings) -> Path:
    """Where the workers of this host keep them."""
    return settings.data_dir / "journal"


async def opened(sessions: Sessions, folder: Path, stop: asyncio.Event) -> Journal | None:
    """The journal of this process; a full disk is waited for: without one, more is in doubt.

    Those of dead processes are read before each try, as they may be what fills the disk.
    """
    told = False
    while not stop.is_set():
        await _clear_away(sessions, folder, told)
        try:
            return Journal(folder)
        except OSError as error:
            if not told:
                log.warning("no room for a journal, trying again", reason=error.strerror)
            told = True
        await finished_first(asyncio.sleep(PAUSE), stop)
    return None


async def _clear_away(sessions: Sessions, folder: Path, told: bool) -> None:
    """Read what can be read now; what cannot is left to the sweep."""
    try:
        await read_journals(sessions, folder)
    except (SQLAlchemyError, OSError) as error:
        if not told:
            log.warning("journals of dead processes wait", reason=type(error).__name__)


async def read_journals(sessions: Sessions, folder: Path) -> None:
    """Find out what processes that died on this host had not handed over."""
    if rows := await recover(sessions, folder):
        log.info("given back after a process died", rows=rows)
