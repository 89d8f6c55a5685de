"""Signing in to the site: the password, the session behind the cookie, its end."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from core.db import Transaction
from core.errors import Invalid
from core.i18n import N_
from core.sessions.models import Password, Session
from core.users import passwords, queries
from core.users.models import User

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=24)
CODE_WITHIN = timedelta(minutes=5)  # after the password
_NOTICED = timedelta(minutes=1)  # a session's last sight is written no more often

WRONG = N_("This is not your present password.")


async def authenticate_by_email(tx: Transaction, email: str, password: str) -> User | None:
    """The user with this proven address and password; it takes as long when there is none."""
    user = await queries.holder(tx, email.strip())
    kept = await tx.get(Password, user.id) if user else None
    right = await passwords.verify(kept.hash if kept else None, password)
    if not right or user is None or user.blocked_at:
        return None
    if kept and passwords.is_outdated(kept.hash):
        kept.hash = await passwords.hash_password(password)
    return user


async def begin(
    tx: Transaction,
    user: User,
    address: str,
    agent: str,
    now: datetime,
    *,
    awaits_code: bool = False,
) -> str:
    """A new session; what comes back goes into the cookie and nowhere else.

    One that `awaits_code` is good for nothing but to bring the code in time.
    """
    token = secrets.token_urlsafe(32)
    session = Session(user_id=user.id, token_hash=_hash(token), address=address)
    session.awaits_code, session.proven_at = awaits_code, None if awaits_code else now
    session.agent, session.created_at, session.seen_at = agent[:300], now, now
    tx.add(session)
    await tx.flush()
    return token


async def find(tx: Transaction, token: str, now: datetime) -> Session | None:
    """The live session behind a cookie, with its user; seeing it keeps it awake."""
    query = (
        select(Session)
        .join(Session.user)
        .options(joinedload(Session.user))
        .where(Session.token_hash == _hash(token), User.blocked_at.is_(None))
    )
    whole = query.where(Session.awaits_code.is_(False))
    awake = whole.where(Session.seen_at > now - IDLE, Session.created_at > now - ABSOLUTE)
    session = await tx.scalar(awake)
    if session and now - session.seen_at > _NOTICED:
        session.seen_at = now
    return session


async def find_waiting(tx: Transaction, token: str, now: datetime) -> Session | None:
    """The session behind a cookie whose person has given the password and owes the code."""
    query = (
        select(Session)
        .join(Session.user)
        .options(joinedload(Session.user))
        .where(Session.token_hash == _hash(token), User.blocked_at.is_(None))
        .where(Session.awaits_code, Session.created_at > now - CODE_WITHIN)
    )
    session: Session | None = await tx.scalar(query)
    return session


async def live(tx: Transaction, user_id: int, now: datetime) -> Sequence[Session]:
    """Where a user is signed in, the latest first."""
    mine = select(Session).where(Session.user_id == user_id, Session.seen_at > now - IDLE)
    young = mine.where(Session.created_at > now - ABSOLUTE, Session.awaits_code.is_(False))
    return (await tx.scalars(young.order_by(Session.seen_at.desc()))).all()


async def end(tx: Transaction, user_id: int, session_id: int) -> None:
    """Sign one browser out."""
    mine = (Session.user_id == user_id, Session.id == session_id)
    await tx.execute(delete(Session).where(*mine))


async def end_all(tx: Transaction, user_id: int, but: int | None = None) -> None:
    """Sign a user out everywhere, `but` one session."""
    others = delete(Session).where(Session.user_id == user_id)
    await tx.execute(others.where(Session.id != but) if but else others)


async def sweep(tx: Transaction, now: datetime) -> None:
    """Forget sessions that are over."""
    over = (Session.seen_at <= now - IDLE) | (Session.created_at <= now - ABSOLUTE)
    await tx.execute(delete(Session).where(over))


async def set_password(
    tx: Transaction, user: User, typed: str, now: datetime, keep: int | None = None
) -> None:
    """A new password; every session but the one to `keep` is over."""
    password = passwords.check_password(typed, user.email)
    kept = {"hash": await passwords.hash_password(password), "changed_at": now}
    written = insert(Password).values(user_id=user.id, **kept)
    await tx.execute(written.on_conflict_do_update(index_elements=["user_id"], set_=kept))
    await end_all(tx, user.id, keep)


async def change_password(
    tx: Transaction, session: Session, present: str, new: str, now: datetime
) -> str:
    """As `set_password`, for somebody who knows the present one; the session goes on behind the
    cookie that comes back."""
    if not await knows_password(tx, session.user_id, present):
        raise Invalid(WRONG)
    await set_password(tx, session.user, new, now, keep=session.id)
    return await _renewed(tx, session.id)


async def _renewed(tx: Transaction, session_id: int) -> str:
    """Whoever has a copy of the cookie before is out."""
    token = secrets.token_urlsafe(32)
    renewed = update(Session).where(Session.id == session_id)
    await tx.execute(renewed.values(token_hash=_hash(token)))
    return token


async def knows_password(tx: Transaction, user_id: int, typed: str) -> bool:
    """Whether `typed` is the user's password."""
    kept = await tx.get(Password, user_id)
    return await passwords.verify(kept.hash if kept else None, typed)


async def proven(tx: Transaction, session_id: int, now: datetime) -> None:
    """The session's person has shown that it is they."""
    await tx.execute(update(Session).where(Session.id == session_id).values(proven_at=now))


async def has_password(tx: Transaction, user_id: int) -> bool:
    """Whether the user can sign in to the site."""
    return await tx.get(Password, user_id) is not None


async def touch(tx: Transaction, session_id: int, now: datetime) -> None:
    """The session was used just now."""
    await tx.execute(update(Session).where(Session.id == session_id).values(seen_at=now))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
