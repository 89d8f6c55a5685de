"""Looking users and their chats up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import contains_eager
from sqlalchemy.orm.attributes import set_committed_value

from core.db import Transaction
from core.direct import Where, columns, instances, row
from core.users.models import TelegramAccount, User

_SPEAKER = text(f"""
    SELECT clock_timestamp(), {columns(TelegramAccount, "a")}, {columns(User, "u")}
    FROM telegram_accounts a LEFT JOIN users u ON u.id = a.user_id WHERE a.telegram_id = :id
""")  # noqa: S608  the pieces are written here


async def speaker(where: Where, telegram_id: int) -> tuple[TelegramAccount, datetime] | None:
    """The chat with its user, and the time: what every tap begins with."""
    found = await row(where, _SPEAKER, id=telegram_id)
    if found is None:
        return None
    now, *values = found
    account, user = instances(values, TelegramAccount, User)
    set_committed_value(account, "user", user)
    return account, now


async def holder(tx: Transaction, email: str) -> User | None:
    """The user who has proven that they read this address."""
    proven = User.email_confirmed_at.is_not(None)
    query = select(User).where(func.lower(User.email) == email.lower(), proven)
    user: User | None = await tx.scalar(query)
    return user


async def invited(tx: Transaction, email: str) -> User | None:
    """An administrator who was named, and has not shown yet that they read this address."""
    named = (User.is_admin, User.email_confirmed_at.is_(None))
    query = select(User).where(func.lower(User.email) == email.lower(), *named)
    user: User | None = await tx.scalar(query.order_by(User.id).limit(1))
    return user


async def waiting(tx: Transaction) -> Sequence[TelegramAccount]:
    """Chats that still show "letter sent" though that address has been confirmed."""
    proven = User.email_confirmed_at.is_not(None)
    same = func.lower(User.email) == func.lower(TelegramAccount.waiting_email)
    query = (
        select(TelegramAccount)
        .join(TelegramAccount.user)
        .where(TelegramAccount.waiting_email.is_not(None), proven, same)
        .options(contains_eager(TelegramAccount.user))
    )
    return (await tx.scalars(query)).all()
