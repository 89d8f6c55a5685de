"""Tokens and codes that prove that somebody reads an address. Only hashes are kept."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from core.db import Transaction
from core.errors import Conflict, NotFound
from core.i18n import N_
from core.letters.models import EmailToken

LIFETIMES = {
    "confirm": timedelta(hours=24),
    "sign_in": timedelta(minutes=10),
    "password": timedelta(hours=24),
    "sender": timedelta(hours=24),
}
TRIES = 5
FORGOTTEN = timedelta(days=30)  # until then a link tells why it does not work
AT_ONCE = 5000

UNKNOWN = N_("This link is not known here. Perhaps a part of it was lost on the way.")
USED = N_("This link has been used already.")
EXPIRED = N_("This link is too old: it was good for 24 hours.")


@dataclass(frozen=True)
class Proof:
    """What goes into the letter and nowhere else."""

    token: str
    code: str


@dataclass(frozen=True)
class Attempt:
    """A code as it was judged: `found` when it was right, else how many tries are left."""

    found: EmailToken | None
    tries_left: int


async def mint(
    tx: Transaction,
    user_id: int | None,
    purpose: str,
    email: str,
    telegram_id: int | None,
    key: bytes,
    now: datetime,
) -> Proof:
    """A new token with its code."""
    proof = Proof(secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06}")
    tx.add(
        EmailToken(
            user_id=user_id,
            telegram_id=telegram_id,
            purpose=purpose,
            email=email,
            token_hash=_hash(proof.token),
            code_hash=_code_hash(proof.code, key),
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    await tx.flush()
    return proof


async def find_link(
    tx: Transaction, token: str, now: datetime, purpose: str = "confirm"
) -> EmailToken:
    """The token behind a link, unused and in time; it is not used up. Else NotFound, Conflict."""
    query = select(EmailToken).where(*_link(token, purpose))
    found = await tx.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(UNKNOWN)
    if found.used_at:
        raise Conflict(USED)
    if found.expires_at <= now:
        raise Conflict(EXPIRED)
    return found


async def redeem_link(
    tx: Transaction, token: str, now: datetime, purpose: str = "confirm"
) -> EmailToken:
    """Use a link up: of any number of simultaneous uses exactly one succeeds."""
    use = update(EmailToken).where(*_link(token, purpose), *_good(now)).values(used_at=now)
    used: EmailToken | None = await tx.scalar(use.returning(EmailToken))
    return used or await find_link(tx, token, now, purpose)


async def redeem_code(
    tx: Transaction, whose: ColumnElement[bool], code: str, key: bytes, now: datetime
) -> Attempt:
    """Judge a typed code against the open tokens of `whose`.

    It returns instead of raising, since a wrong try counts only when it is committed. The try is
    counted before the code is compared, so that simultaneous guesses cannot exceed the limit.
    """
    count = update(EmailToken).where(whose, *_good(now), EmailToken.tries < TRIES)
    counted = count.values(tries=EmailToken.tries + 1).returning(EmailToken)
    tokens: Sequence[EmailToken] = (await tx.scalars(counted)).all()
    wanted = _code_hash(code, key)
    for token in tokens:
        if hmac.compare_digest(token.code_hash, wanted) and token.user_id is not None:
            token.used_at = now
            await tx.flush()
            return Attempt(token, 0)
    return Attempt(None, max((TRIES - token.tries for token in tokens), default=0))


async def revoke(tx: Transaction, user_id: int, purpose: str, now: datetime) -> None:
    """Make a user's open tokens useless, as when the address they prove was a mistake."""
    mine = (EmailToken.user_id == user_id, EmailToken.purpose == purpose)
    await tx.execute(update(EmailToken).where(*mine, *_good(now)).values(used_at=now))


async def forget_expired(tx: Transaction, now: datetime) -> int:
    """Drop some of those that have not been good for a month; says how many."""
    old = select(EmailToken.id).where(EmailToken.expires_at < now - FORGOTTEN).limit(AT_ONCE)
    some = delete(EmailToken).where(EmailToken.id.in_(old))
    return len((await tx.scalars(some.returning(EmailToken.id))).all())


def _good(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (EmailToken.used_at.is_(None), EmailToken.expires_at > now)


def _link(token: str, purpose: str) -> tuple[ColumnElement[bool], ...]:
    return (EmailToken.token_hash == _hash(token), EmailToken.purpose == purpose)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _code_hash(code: str, key: bytes) -> str:
    return hmac.digest(key, code.encode(), hashlib.sha256).hex()
