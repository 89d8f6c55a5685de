"""What an account may send in a day, shared exactly by all workers."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from core.db import Transaction
from core.delivery.sql import statement

OPEN_DAY = statement("""
    INSERT INTO account_days (account, day) VALUES (:account, :day) ON CONFLICT DO NOTHING
""")
USED = statement("SELECT used FROM account_days WHERE account = :account AND day = :day FOR UPDATE")
SPEND = statement("""
    UPDATE account_days SET used = greatest(0, used + :size)
    WHERE account = :account AND day = :day
""")


@dataclass(frozen=True)
class Account:
    """Through whom mails go: its name in the ledger, and how many a day, if that is limited."""

    name: str
    daily_limit: int | None = None


class DailyLimit(Exception):
    """The account has sent all it may today; `until` is when it may again."""

    def __init__(self, account: Account, until: datetime) -> None:
        self.until = until
        super().__init__(f"{account.name}: {account.daily_limit} mails a day")


async def room(tx: Transaction, account: Account, wanted: int, now: datetime) -> int:
    """How many of `wanted` may be claimed; others wait for this transaction to spend them."""
    if account.daily_limit is None:
        return wanted
    day = {"account": account.name, "day": now.astimezone(UTC).date()}
    await tx.execute(OPEN_DAY, day)
    used: int = (await tx.execute(USED, day)).scalar_one()
    return max(0, min(wanted, account.daily_limit - used))


async def spend(tx: Transaction, account: Account, mails: int, now: datetime) -> None:
    """Count mails as sent today; a negative number gives them back."""
    if account.daily_limit is None or not mails:
        return
    day = {"account": account.name, "day": now.astimezone(UTC).date()}
    await tx.execute(SPEND, {**day, "size": mails})


def tomorrow(now: datetime) -> datetime:
    """When the next day begins."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
