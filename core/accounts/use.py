"""How much of an account is used at this moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.accounts import rules
from core.accounts.models import AccountLease, AccountUse, SmtpAccount
from core.db import Transaction


@dataclass(frozen=True)
class Use:
    """Mails given out today and this hour, and connections that are open."""

    day: int
    hour: int
    connections: int


async def of(tx: Transaction, row: SmtpAccount, now: datetime) -> Use:
    """As the workers count it; an account without limits is not counted."""
    used = await tx.get(AccountUse, (row.id, ""))
    mine = (AccountLease.account_id == row.id, AccountLease.lease_until > now)
    leased = await tx.scalar(select(func.sum(AccountLease.connections)).where(*mine))
    return Use(
        day=used.day_used if used and used.day == rules.day_of(now) else 0,
        hour=used.hour_used if used and used.hour == rules.hour_of(now) else 0,
        connections=int(leased or 0),
    )
