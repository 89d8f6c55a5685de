"""The connections of an account with a number of its own, shared by all who send through it.

Whoever comes first takes them all; one who finds none waits in line, and from then on each share
begins with no more than a fair part.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from core.accounts.choice import CONNECTIONS, Way
from core.accounts.models import AccountLease, SmtpAccount
from core.accounts.rules import fair_share
from core.db import Sessions, Transaction, clock
from core.tasks import Background

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
EXTEND_EVERY = LEASE.total_seconds() / 3


@dataclass
class Held:
    """How many connections its holder may have; they can become fewer."""

    number: int

    def keep(self, number: int) -> None:
        """The others are closed: whoever waits in line gets them with the next extension."""
        self.number = min(self.number, number)


@asynccontextmanager
async def leased(sessions: Sessions, way: Way, holder: str) -> AsyncIterator[Held]:
    """How many connections the block may open; 0 when all are in use."""
    if way.connections is None:
        yield Held(CONNECTIONS)
        return
    async with sessions.begin() as tx:
        held = Held(await take(tx, way.account.id, way.connections, holder, await clock(tx)))
    background, granted = Background(), held.number > 0
    if granted:
        background.start(_extend_on(sessions, way.account.id, held, holder), "connections")
    try:
        yield held
    finally:
        await background.aclose()
        if granted:
            async with sessions.begin() as tx:
                await give_back(tx, way.account.id, holder)


async def take(tx: Transaction, account_id: int, total: int, holder: str, now: datetime) -> int:
    """Take what is free and fair; with nothing free, say that one more waits."""
    locked = select(SmtpAccount.id).where(SmtpAccount.id == account_id)
    await tx.execute(locked.with_for_update(key_share=True))
    of_account = AccountLease.account_id == account_id
    await tx.execute(delete(AccountLease).where(of_account, AccountLease.lease_until < now))
    counted = select(func.count(), func.coalesce(func.sum(AccountLease.connections), 0))
    others, taken = (
        await tx.execute(counted.where(of_account, AccountLease.holder != holder))
    ).one()
    granted = fair_share(total, int(taken), others)
    await _hold(tx, account_id, granted, holder, now)
    return granted


async def give_back(tx: Transaction, account_id: int, holder: str) -> None:
    """The connections are closed."""
    mine = (AccountLease.account_id == account_id, AccountLease.holder == holder)
    await tx.execute(delete(AccountLease).where(*mine))


async def _hold(tx: Transaction, account_id: int, granted: int, holder: str, now: datetime) -> None:
    kept = {"connections": granted, "lease_until": now + LEASE}
    made = insert(AccountLease).values(account_id=account_id, holder=holder, **kept)
    await tx.execute(made.on_conflict_do_update(index_elements=["account_id", "holder"], set_=kept))


async def _extend_on(sessions: Sessions, account_id: int, held: Held, holder: str) -> None:
    while True:
        await asyncio.sleep(EXTEND_EVERY)
        try:
            async with sessions.begin() as tx:
                await _hold(tx, account_id, held.number, holder, await clock(tx))
        except (SQLAlchemyError, OSError) as error:
            log.warning("connections not held", account=account_id, reason=type(error).__name__)
