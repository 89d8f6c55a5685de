"""An account that cannot send as a whole backs off as a whole, for all workers."""

from datetime import datetime, timedelta

from core.accounts.models import SmtpAccount
from core.db import Transaction
from core.mail.transport import AccountProblem

# Nobody's attempt is used up by these.
PAUSES = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)


def pause(failures: int) -> timedelta:
    """The pause after so many failures in a row to reach or to enter the server."""
    return PAUSES[min(failures, len(PAUSES)) - 1]


async def back_off(
    tx: Transaction, account_id: int, problem: AccountProblem, now: datetime
) -> datetime:
    """Leave the account alone for a while; answers until when.

    Of workers that meet the same trouble at once, only the first makes the pause longer.
    """
    row = await tx.get(SmtpAccount, account_id, with_for_update=True, populate_existing=True)
    if row is None:
        return now + pause(1)
    if row.backing_off_until is None or row.backing_off_until <= now:
        row.failures += 1
        row.problem, row.problem_text = problem.kind, problem.text[:500] or None
        row.backing_off_until = now + pause(row.failures)
    return row.backing_off_until


async def recovered(tx: Transaction, account_id: int) -> None:
    """It sends again."""
    row = await tx.get(SmtpAccount, account_id, with_for_update=True, populate_existing=True)
    if row is not None:
        clear(row)


def clear(row: SmtpAccount) -> None:
    """Nothing is held against the account: it works, or is another one now."""
    row.failures, row.problem, row.problem_text, row.backing_off_until = 0, None, None, None
