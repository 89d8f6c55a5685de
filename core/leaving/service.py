"""An owner goes: everything stands still at once, is erased later, and can be taken back until."""

from datetime import datetime, timedelta

from core.audit import service as audit
from core.audit.service import Actor
from core.db import Transaction
from core.errors import Conflict
from core.i18n import N_
from core.mailings import blocking
from core.mailings import service as mailings
from core.users import administration
from core.users.models import User

ERASED = N_("The account is erased already.")


async def ask(tx: Transaction, user: User, now: datetime, wait: timedelta) -> User:
    """Erase the account after a while; its mailings are frozen in the same moment."""
    mine = await _locked(tx, user)
    if mine.delete_at is not None:
        return mine
    if mine.is_admin:
        await administration.check_not_last(tx, mine)
    for mailing_id in await blocking.freezable(tx, mine.id):
        await mailings.freeze(tx, mine, mailing_id, now)
    mine.delete_at = now + wait
    await _record(tx, mine, "ask_deletion", now)
    return mine


async def take_back(tx: Transaction, user: User, now: datetime) -> User:
    """Stay after all; what was frozen waits until its owner goes on with it."""
    mine = await _locked(tx, user)
    if mine.delete_at is not None:
        mine.delete_at = None
        await _record(tx, mine, "take_deletion_back", now)
    return mine


async def _locked(tx: Transaction, user: User) -> User:
    mine = await tx.get_one(User, user.id, with_for_update=True, populate_existing=True)
    if mine.erased_at is not None:
        raise Conflict(ERASED)
    return mine


async def _record(tx: Transaction, user: User, action: str, now: datetime) -> None:
    await audit.record(tx, Actor("bot", user.name, user.id), action, named(user), now)


def named(user: User) -> tuple[str, object, str]:
    """A user as the audit log speaks of one."""
    return "users", user.id, user.name
