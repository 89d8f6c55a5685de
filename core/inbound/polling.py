"""Looking into a mailbox for bounces: each minute, or when its server says that something came."""

import asyncio
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.alone import alone
from core.db import Sessions, Transaction, clock
from core.inbound import service
from core.inbound.idle import Bell, tend
from core.inbound.imap import Mailbox, Position, Refused, fetch
from core.inbound.mailboxes import Mailboxes
from core.inbound.models import InboxPosition
from core.mail.bounces import Report, read
from core.outages import is_outage
from core.settings import Settings
from core.tasks import finished_first, rest

log = structlog.get_logger(__name__)

LOCK = 0x496E626F78  # "Inbox": the advisory lock of the process that looks
EVERY = 60.0
SELDOM = 600.0  # where the server says when to look, and is asked to every nine minutes
PAUSE = 5.0


async def watch(
    engine: AsyncEngine, sessions: Sessions, settings: Settings, stop: asyncio.Event
) -> None:
    """Look into BOUNCE_IMAP until `stop`, unless another process does; at once over where it is
    not set."""
    mailbox = Mailbox.of(settings)
    while mailbox and not stop.is_set():
        try:
            async with alone(engine, LOCK, stop), asyncio.TaskGroup() as group:
                bell = Bell()
                group.create_task(tend(mailbox, bell, stop))
                await _look_on(sessions, settings, mailbox, bell, stop)
        except* (SQLAlchemyError, OSError) as errors:
            log.warning("mailbox not watched, trying again", reason=repr(errors))
            await finished_first(asyncio.sleep(PAUSE), stop)


async def _look_on(
    sessions: Sessions, settings: Settings, mailbox: Mailbox, bell: Bell, stop: asyncio.Event
) -> None:
    while not stop.is_set():
        bell.rung.clear()
        pause = EVERY
        try:
            while await poll(sessions, settings, mailbox) and not stop.is_set():
                pass
            pause = SELDOM if bell.tended else EVERY
        except (Refused, OSError, SQLAlchemyError) as error:
            log.warning("mailbox not read, trying again", host=mailbox.host, reason=str(error))
        await rest(pause, bell.rung, stop)


async def poll(sessions: Sessions, settings: Settings, mailbox: Mailbox) -> int:
    """Take some new mails, together with the position after them; says how many there were.

    None is taken twice: whoever has moved the position meanwhile has taken them.
    """
    async with sessions() as tx:
        since = await _position(tx, mailbox)
    position, mails = await asyncio.to_thread(fetch, mailbox, since)
    reports = [await asyncio.to_thread(read, mail) for mail in mails]
    async with sessions.begin() as tx:
        if not await _go_on(tx, mailbox, since, position):
            return 0
        now = await clock(tx)
        for report in reports:
            await _take(tx, settings, report, now)
    return len(mails)


async def _take(tx: Transaction, settings: Settings, report: Report, now: datetime) -> None:
    """One mail; where it cannot be taken it keeps no other back."""
    try:
        async with tx.begin_nested():
            await service.take(tx, Mailboxes(settings), "", report, now)
    except Exception as error:  # strangers write these mails
        if is_outage(error):
            raise
        log.exception("a mail could not be taken", kind=report.kind.value)


async def _position(tx: Transaction, mailbox: Mailbox) -> Position | None:
    query = select(InboxPosition.validity, InboxPosition.last_uid)
    row = (await tx.execute(query.where(InboxPosition.name == mailbox.name))).one_or_none()
    return Position(*row) if row else None


async def _go_on(
    tx: Transaction, mailbox: Mailbox, since: Position | None, position: Position
) -> bool:
    """Move the position from where it was; False when it is elsewhere by now."""
    values = {"validity": position.validity, "last_uid": position.last_uid}
    if since is None:
        begun = insert(InboxPosition).values(name=mailbox.name, **values).on_conflict_do_nothing()
        return bool(await tx.scalar(begun.returning(InboxPosition.name)))
    there = (InboxPosition.validity == since.validity, InboxPosition.last_uid == since.last_uid)
    moved = update(InboxPosition).where(InboxPosition.name == mailbox.name, *there)
    return bool(await tx.scalar(moved.values(**values).returning(InboxPosition.name)))
