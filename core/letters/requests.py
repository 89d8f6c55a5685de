"""Asking for a letter: how often one may, and the rows that make a worker send it."""

from datetime import datetime, timedelta
from math import ceil
from typing import Protocol

from sqlalchemy import ColumnElement, func, select, text

from core.db import Transaction
from core.errors import TooSoon
from core.jobs.service import enqueue
from core.letters.models import Letter

COOLDOWN = timedelta(seconds=60)
HOUR = timedelta(hours=1)
HOURLY = 10

MOVED = "moved"  # the purpose of the letter to an address that was given up

TASK = "workers.tasks.send_letter"


class Addressee(Protocol):
    """What a letter needs to know of a user."""

    id: int
    name: str
    email: str
    locale: str


async def request(
    tx: Transaction,
    user: Addressee,
    purpose: str,
    now: datetime,
    *,
    to: str | None = None,
    locale: str | None = None,
    telegram_id: int | None = None,
) -> Letter:
    """A letter to a user, at another address than the kept one when `to` says so; in another
    language than theirs, or in several with a space between them, by `locale`."""
    letter = Letter(
        user_id=user.id,
        name=user.name,
        locale=locale or user.locale,
        purpose=purpose,
        recipient=to or user.email,
        telegram_id=telegram_id,
    )
    return await _queue(tx, letter, now)


async def request_no_account(
    tx: Transaction, recipient: str, locale: str, now: datetime, *, telegram_id: int
) -> Letter:
    """The answer to a sign-in with an address nobody has: it goes by mail, so that the chat
    tells a stranger nothing."""
    letter = Letter(
        name="",
        locale=locale,
        purpose="no_account",
        recipient=recipient,
        telegram_id=telegram_id,
    )
    return await _queue(tx, letter, now)


async def tell_moved(tx: Transaction, user: Addressee, before: str, now: datetime) -> Letter:
    """Tell the address before that it is the user's no more. Nobody asked, so nobody waits."""
    letter = Letter(
        user_id=user.id, name=user.name, locale=user.locale, purpose=MOVED, recipient=before
    )
    return await _put(tx, letter, now)


async def wait(tx: Transaction, telegram_id: int | None, recipient: str, now: datetime) -> int:
    """Seconds until this chat may ask for a letter to this address, 0 when it may now."""
    to_it = func.lower(Letter.recipient) == recipient.lower()
    from_here = Letter.telegram_id == telegram_id
    latest = await tx.scalar(select(func.max(Letter.created_at)).where(to_it, from_here))
    now = max(now, latest) if latest else now  # `now` may have been read before the letter
    ends = [latest + COOLDOWN] if latest else []
    limits = (to_it,) if telegram_id is None else (to_it, from_here)
    ends += [end for by in limits if (end := await _hour_ends(tx, by, now))]
    return max((ceil((end - now).total_seconds()) for end in ends if end > now), default=0)


async def _hour_ends(tx: Transaction, by: ColumnElement[bool], now: datetime) -> datetime | None:
    """When the oldest of the last HOURLY letters falls out of the hour."""
    recent = select(Letter.created_at).where(by).order_by(Letter.created_at.desc())
    nth = await tx.scalar(recent.offset(HOURLY - 1).limit(1))
    return nth + HOUR if nth else None


async def _queue(tx: Transaction, letter: Letter, now: datetime) -> Letter:
    # Two requests at once wait for each other here, else both would find the way free.
    lock = text("SELECT pg_advisory_xact_lock(hashtext('letters'), hashtext(lower(:to)))")
    await tx.execute(lock, {"to": letter.recipient})
    if seconds := await wait(tx, letter.telegram_id, letter.recipient, now):
        raise TooSoon(seconds=seconds)
    return await _put(tx, letter, now)


async def _put(tx: Transaction, letter: Letter, now: datetime) -> Letter:
    letter.due_at = letter.created_at = now
    tx.add(letter)
    await tx.flush()
    await enqueue(tx, TASK, "mail.tx", {"letter_id": letter.id}, now, key=f"letter:{letter.id}")
    return letter
