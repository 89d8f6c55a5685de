"""How often one may try to sign in: by account and by network address."""

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ColumnElement, delete, func, select, text

from core.db import Transaction
from core.errors import TooSoon
from core.i18n import N_
from core.sessions.models import SignInTry

WINDOW = timedelta(minutes=15)
BY_ACCOUNT = 10
BY_ADDRESS = 50

TOO_MANY = N_("Too many attempts. Please try again in {minutes} min.")

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('sign_in'), hashtext(:account))")


async def enter(tx: Transaction, email: str, address: str, now: datetime) -> None:
    """Count a try before it is judged; TooSoon when there were too many.

    Commit before judging: of many tries at once no more than the limit come through.
    """
    account = _account(email)
    await tx.execute(_LOCK, {"account": account})
    await tx.execute(delete(SignInTry).where(SignInTry.at < now - WINDOW))
    for by, limit in (
        (SignInTry.account == account, BY_ACCOUNT),
        (SignInTry.address == address, BY_ADDRESS),
    ):
        await _check(tx, by, limit, now)
    tx.add(SignInTry(account=account, address=address, at=now))
    await tx.flush()


async def forgive(tx: Transaction, email: str, address: str) -> None:
    """The right password came: the tries of this account from here are forgotten."""
    mine = (SignInTry.account == _account(email), SignInTry.address == address)
    await tx.execute(delete(SignInTry).where(*mine))


async def _check(tx: Transaction, by: ColumnElement[bool], limit: int, now: datetime) -> None:
    recent = select(SignInTry.at).where(by, SignInTry.at > now - WINDOW)
    nth = await tx.scalar(recent.order_by(SignInTry.at.desc()).offset(limit - 1).limit(1))
    if nth is not None:
        left = nth + WINDOW - now
        raise TooSoon(TOO_MANY, minutes=ceil(left.total_seconds() / 60))


def _account(email: str) -> str:
    return email.strip().lower()[:320]


async def count(tx: Transaction) -> int:
    """How many tries are remembered."""
    return (await tx.execute(select(func.count()).select_from(SignInTry))).scalar_one()
