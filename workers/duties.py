"""The project's own duties, as tasks."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from core.accounts import grants
from core.clients import erasing, uploads
from core.db import Transaction, clock
from core.delivery import retention
from core.jobs import history, workers
from core.jobs.models import Job
from core.leaving.erase import erase_due
from core.letters import tokens
from core.mailings import digest
from core.scheduling.refresh import refresh
from core.updates import service as updates
from core.users import news
from workers.worker import Worker

log = structlog.get_logger(__name__)

Step = Callable[[Transaction, datetime], Awaitable[int]]


async def forget_jobs(worker: Worker, _job: Job) -> None:
    """Drop the history of jobs that is older than the settings want it."""
    kept = timedelta(days=worker.settings.job_retention_days)
    await _all(worker, "jobs", lambda tx, now: history.forget(tx, now - kept))


async def forget_deliveries(worker: Worker, _job: Job) -> None:
    """Drop who got which mail of runs that ended long ago, if the settings want it."""
    kept = worker.settings.retention
    if kept is not None:
        await _all(worker, "deliveries", lambda tx, now: retention.forget(tx, now - kept, now))


async def forget_letters(worker: Worker, _job: Job) -> None:
    """Drop tokens that have not been good for long."""
    await _all(worker, "tokens", tokens.forget_expired)


async def forget_news(worker: Worker, _job: Job) -> None:
    """Drop what owners were told of long ago."""
    await _all(worker, "news", news.forget_old)


async def write_digests(worker: Worker, _job: Job) -> None:
    """Put the week down for the owners whose Monday has come."""
    await _all(worker, "digests", digest.write)


async def forget_updates(worker: Worker, _job: Job) -> None:
    """Drop what Telegram sent long ago and was answered."""
    await _all(worker, "updates", updates.forget_old)


async def forget_grants(worker: Worker, _job: Job) -> None:
    """Drop counts of domains that nothing was sent to for days."""
    await _all(worker, "grants", grants.forget_old)


async def forget_uploads(worker: Worker, _job: Job) -> None:
    """Drop files of clients that came by the site and were not loaded."""
    await _all(worker, "uploads", uploads.forget_old)


async def forget_workers(worker: Worker, _job: Job) -> None:
    """Drop processes that died long ago."""
    await _all(worker, "workers", workers.forget_dead)


async def erase_accounts(worker: Worker, _job: Job) -> None:
    """Erase accounts whose owners asked for it long enough ago."""
    keys = erasing.keys(worker.settings)
    await _all(worker, "accounts", lambda tx, now: erase_due(tx, keys, now))


async def refresh_zones(worker: Worker, _job: Job) -> None:
    """Compute dates anew where this machine's time zone data is newer than theirs."""
    await _all(worker, "dates", refresh)


async def _all(worker: Worker, what: str, step: Step) -> None:
    """Slice by slice, a transaction each, until there is nothing left."""
    total, found = 0, 1
    while found and not worker.stop.is_set():
        async with worker.sessions.begin() as tx:
            found = await step(tx, await clock(tx))
        total += found
    log.info("duty done", of=what, count=total)


DUTIES = (
    erase_accounts,
    forget_deliveries,
    forget_grants,
    forget_jobs,
    forget_letters,
    forget_news,
    forget_updates,
    forget_uploads,
    forget_workers,
    refresh_zones,
    write_digests,
)
