"""Looking into a mailbox for bounces, each minute."""

import asyncio

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from core.db import Sessions, Transaction, clock
from core.inbound import service
from core.inbound.imap import Mailbox, Position, Refused, fetch
from core.inbound.mailboxes import Mailboxes
from core.inbound.models import InboxPosition
from core.mail.bounces import read
from core.settings import Settings
from core.tasks import finished_first

log = structlog.get_logger(__name__)

EVERY = 60.0


async def watch(sessions: Sessions, settings: Settings, stop: asyncio.Event) -> None:
    """Poll BOUNCE_IMAP until `stop`; at once over where it is not set."""
    mailbox = Mailbox.of(settings)
    while mailbox and not stop.is_set():
        try:
            while await poll(sessions, settings, mailbox) and not stop.is_set():
                pass
        except (Refused, OSError, SQLAlchemyError) as error:
            log.warning("mailbox not read, trying again", host=mailbox.host, reason=str(error))
        await finished_first(asyncio.sleep(EVERY), stop)


async def poll(sessions: Sessions, settings: Settings, mailbox: Mailbox) -> int:
    """Take some new mails, together with the position after them; says how many there were."""
    async with sessions() as tx:
        since = await _position(tx, mailbox)
    position, mails = await asyncio.to_thread(fetch, mailbox, since)
    reports = [await asyncio.to_thread(read, mail) for mail in mails]
    async with sessions.begin() as tx:
        now = await clock(tx)
        for report in reports:
            taken = await service.take(tx, Mailboxes(settings), "", report, now)
            log.info("mail came in", taken=taken, kind=report.kind.value)
        await _go_on(tx, mailbox, position)
    return len(mails)


async def _position(tx: Transaction, mailbox: Mailbox) -> Position | None:
    query = select(InboxPosition.validity, InboxPosition.last_uid)
    row = (await tx.execute(query.where(InboxPosition.name == mailbox.name))).one_or_none()
    return Position(*row) if row else None


async def _go_on(tx: Transaction, mailbox: Mailbox, position: Position) -> None:
    values = {"validity": position.validity, "last_uid": position.last_uid}
    written = insert(InboxPosition).values(name=mailbox.name, **values)
    await tx.execute(written.on_conflict_do_update(index_elements=["name"], set_=values))
