"""Mailings as the ledger's tests need them: committed, with clients and a date."""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.db import Transaction
from core.delivery import service
from core.delivery.models import Run
from core.mailings.models import Mailing, MailingClient
from core.scheduling.recurrence import Recurrence
from core.scheduling.registry import SEND_MAILING
from core.scheduling.service import create_task_interval
from core.users.models import User
from tests import factories


async def mailing(
    tx: Transaction,
    now: datetime,
    clients: int = 3,
    owner: User | None = None,
    chosen: list[int] | None = None,
) -> Mailing:
    """An accepted mailing to so many new clients, due now, once."""
    owner = owner or await factories.user(tx)
    for _ in range(clients):
        await factories.client(tx, owner)
    message = await factories.message(tx, owner)
    made = Mailing(
        owner_id=owner.id,
        message_id=message.id,
        audience="all" if chosen is None else "chosen",
        accepted_at=now,
    )
    tx.add(made)
    await tx.flush()
    tx.add_all(MailingClient(mailing_id=made.id, client_id=each) for each in chosen or [])
    await create_task_interval(
        made, SEND_MAILING, Recurrence("once"), now, now=now - timedelta(seconds=1)
    )
    return made


async def started(tx: Transaction, now: datetime, clients: int = 3) -> Run:
    """A run whose recipients are written down."""
    made = await mailing(tx, now, clients)
    await service.start_due(tx, now)
    run = (await tx.scalars(select(Run).where(Run.mailing_id == made.id))).one()
    assert not await service.fill_slice(tx, run.id, now)
    return run
