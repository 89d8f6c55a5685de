"""Links by which an administrator lets one stranger register."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core.db import Transaction
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.users.models import Invitation, TelegramAccount, User

GOOD_FOR = timedelta(days=7)

UNKNOWN = N_("This invitation is not known here. Perhaps a part of the link was lost on the way.")
USED = N_("This invitation has been used already. Please ask the administrator for another one.")
EXPIRED = N_("This invitation is too old. Please ask the administrator for another one.")


async def make(tx: Transaction, maker: User, now: datetime) -> str:
    """The token of a new invitation; it goes into the link and nowhere else."""
    token = secrets.token_urlsafe(24)
    made = Invitation(token_hash=_hash(token), made_by=maker.id, created_at=now)
    made.expires_at = now + GOOD_FOR
    tx.add(made)
    await tx.flush()
    return token


async def accept(
    tx: Transaction, account: TelegramAccount, token: str, now: datetime
) -> Invitation:
    """The link was followed: this chat may register. It is used up by registering only."""
    found = await tx.scalar(select(Invitation).where(Invitation.token_hash == _hash(token)))
    if found is None:
        raise NotFound(UNKNOWN)
    if found.used_at:
        raise Conflict(USED)
    if found.expires_at <= now:
        raise Conflict(EXPIRED)
    mine = TelegramAccount.telegram_id == account.telegram_id
    await tx.execute(update(TelegramAccount).where(mine).values(invitation_id=found.id))
    return found


async def use(tx: Transaction, account: TelegramAccount, now: datetime) -> Invitation | None:
    """Use up the invitation of this chat; None where it has none that is good.

    Of several chats with one invitation exactly one comes through.
    """
    held = select(TelegramAccount.invitation_id).where(
        TelegramAccount.telegram_id == account.telegram_id
    )
    good = (Invitation.used_at.is_(None), Invitation.expires_at > now)
    used = update(Invitation).where(Invitation.id == held.scalar_subquery(), *good)
    return await tx.scalar(used.values(used_at=now).returning(Invitation))


async def holds(tx: Transaction, account: TelegramAccount, now: datetime) -> bool:
    """Whether this chat has an invitation that is still good."""
    if account.invitation_id is None:
        return False
    found = await tx.get(Invitation, account.invitation_id)
    return found is not None and found.used_at is None and found.expires_at > now


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
