"""What administrators do with users: add them, change anything about them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.db import Transaction
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.users.models import User

TAKEN = N_("The address {email} belongs to another user.")
LAST = N_("This is the only administrator: make another one first.")
NOBODY = N_("There is no user with the address {email}.")

FIELDS = ("name", "email", "phone", "country", "timezone", "locale")


async def add(tx: Transaction, fields: Mapping[str, Any], now: datetime) -> User:
    """A user whose fields were checked already; `confirmed` vouches for the address."""
    user = User(created_at=now, **{name: fields[name] for name in FIELDS})
    user.email_confirmed_at = now if fields["confirmed"] else None
    tx.add(user)
    await _flush(tx, user)
    return user


async def edit(tx: Transaction, user: User, fields: Mapping[str, Any], now: datetime) -> User:
    """Every field anew; the date of a confirmation stays while the address does."""
    same = user.email == fields["email"] and user.email_confirmed_at
    for name in FIELDS:
        setattr(user, name, fields[name])
    user.email_confirmed_at = (same or now) if fields["confirmed"] else None
    await _flush(tx, user)
    return user


async def demote(tx: Transaction, user: User) -> None:
    """Take the rights of an administrator; somebody must be left with them."""
    await check_not_last(tx, user)
    user.is_admin = False


async def check_not_last(tx: Transaction, user: User) -> None:
    """Conflict when there would be no administrator without this one."""
    others = select(func.count()).where(User.is_admin, User.id != user.id)
    others = others.where(User.blocked_at.is_(None))
    if not await tx.scalar(others):
        raise Conflict(LAST)


async def by_email(tx: Transaction, email: str) -> User:
    """The user with this address, the one who has proven it first."""
    query = select(User).where(func.lower(User.email) == email.strip().lower())
    proven_first = query.order_by(User.email_confirmed_at.is_(None), User.id).limit(1)
    user: User | None = await tx.scalar(proven_first)
    if user is None:
        raise Invalid(NOBODY, email=email)
    return user


async def _flush(tx: Transaction, user: User) -> None:
    try:
        await tx.flush()
    except IntegrityError as error:
        raise Conflict(TAKEN, email=user.email) from error
