"""What administrators do to users and their mailings, checked here and written down."""

from datetime import datetime
from typing import Any

from core.audit import service as audit
from core.audit.service import Actor
from core.audit.watch import acting
from core.db import Transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.i18n import N_
from core.letters import requests
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.users import administration, admission, invitations
from core.users.models import User
from core.users.zones import guess, names_of

YOURSELF = N_("That cannot be done to oneself.")
GONE = N_("This account was erased by its owner.")
QUOTA = N_("A number of letters a day is expected here, for example: 1000. Not “{typed}”.")
MOST_A_DAY = 10_000_000
EDITABLE = ("name", "email", "phone", "country", "timezone")


async def administrator(tx: Transaction, actor: User) -> User:
    """The actor as the database knows them now; Forbidden for anybody but an administrator."""
    found = await tx.get(User, actor.id, populate_existing=True)
    if found is None or not found.is_admin or found.blocked_at:
        raise Forbidden
    return found


async def change(
    tx: Transaction, actor: User, user_id: int, field: str, value: str, now: datetime
) -> User:
    """Another value, checked already; an address that an administrator gives counts as proven."""
    admin = await administrator(tx, actor)
    user = await theirs(tx, user_id)
    if field not in EDITABLE:
        raise Conflict
    before, moved = getattr(user, field), user.email if user.email_confirmed_at else None
    fields = {name: getattr(user, name) for name in administration.FIELDS} | {field: value}
    if field == "country" and user.timezone not in names_of(value):
        fields["timezone"] = guess(value, user.phone or None)
    proven = field == "email" or user.email_confirmed_at is not None
    await administration.edit(tx, user, fields | {"confirmed": proven}, now)
    if field == "email" and moved and moved.lower() != value.lower():
        await requests.tell_moved(tx, user, moved, now)
    await _record(tx, admin, "edit", user, now, {field: (before, value)})
    return user


async def set_quota(
    tx: Transaction, actor: User, user_id: int, per_day: int | None, now: datetime
) -> User:
    """So many letters a day, or any number of them."""
    admin = await administrator(tx, actor)
    user = await theirs(tx, user_id)
    before, user.daily_quota = user.daily_quota, per_day
    await _record(tx, admin, "set_quota", user, now, {"daily_quota": (before, per_day)})
    return user


def check_quota(typed: str) -> int:
    """A number as it was typed, or Invalid."""
    digits = "".join(typed.split())
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits[:12]) <= MOST_A_DAY):
        raise Invalid(QUOTA, typed=typed[:40])
    return int(digits)


async def decide(
    tx: Transaction, actor: User, user_id: int, answer: str, now: datetime
) -> tuple[User, bool]:
    """Let a newcomer in or not; the second is False when another administrator was first."""
    admin = await administrator(tx, actor)
    first = await admission.decide(tx, user_id, answer)
    user = await theirs(tx, user_id)
    if first:
        await _record(tx, admin, answer, user, now)
    return user, first


async def revise(tx: Transaction, actor: User, user_id: int, answer: str, now: datetime) -> User:
    """Another answer than the one that was given, or the first."""
    admin = await administrator(tx, actor)
    user = await theirs(tx, user_id)
    if user.admission != answer:
        await admission.revise(tx, user_id, answer)
        await _record(tx, admin, answer, user, now)
    await tx.refresh(user)
    return user


async def suspend(tx: Transaction, actor: User, user_id: int, now: datetime) -> User:
    """Nothing of theirs is sent, and they are signed out of the site."""
    admin = await administrator(tx, actor)
    if admin.id == user_id:
        raise Conflict(YOURSELF)
    await theirs(tx, user_id)
    user = await mailings.block_owner(tx, admin, user_id, now)
    await _record(tx, admin, "block", user, now)
    return user


async def lift(tx: Transaction, actor: User, user_id: int, now: datetime) -> User:
    """They may send again; what was frozen waits for them to go on."""
    admin = await administrator(tx, actor)
    await theirs(tx, user_id)
    user = await mailings.unblock_owner(tx, user_id)
    await _record(tx, admin, "unblock", user, now)
    return user


async def delete_mailing(tx: Transaction, actor: User, mailing_id: int, now: datetime) -> Mailing:
    """Finish it and show it to nobody; its ledger stays."""
    admin = await administrator(tx, actor)
    mailing = await mailings.delete(tx, admin, mailing_id, now)
    version = mailing.message.version
    object_ = "mailings", mailing.id, version.subject if version else ""
    await audit.record(tx, _actor(tx, admin), "delete", object_, now)
    return mailing


async def invite(tx: Transaction, actor: User, now: datetime) -> str:
    """The token of an invitation, for a link."""
    admin = await administrator(tx, actor)
    token = await invitations.make(tx, admin, now)
    await audit.record(tx, _actor(tx, admin), "make_invitation", ("invitations", "", ""), now)
    return token


async def theirs(tx: Transaction, user_id: int) -> User:
    """A user to be changed, locked; NotFound, or Conflict for one who is gone."""
    user = await tx.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise NotFound
    if user.erased_at:
        raise Conflict(GONE)
    return user


def _actor(tx: Transaction, admin: User) -> Actor:
    """The administrator, from where the edge says that they act; without a word, by a command."""
    told = acting(tx)
    return Actor(
        told.via if told else "command", admin.name, admin.id, told.address if told else None
    )


async def _record(
    tx: Transaction,
    admin: User,
    action: str,
    user: User,
    now: datetime,
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> None:
    await audit.record(tx, _actor(tx, admin), action, ("users", user.id, user.name), now, changes)
