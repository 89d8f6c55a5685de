"""A code from the phone beside the password (TOTP, RFC 6238), and codes for who has lost it."""

import hashlib
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql

from core.accounts.crypto import Unreadable, Vault
from core.db import Transaction
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.second_factor.models import RecoveryCode, SecondFactor
from core.settings import Settings
from core.users.models import User

PURPOSE = "second-factor"
ISSUER = "Mail Center"
STEP = 30  # seconds that a code is shown
DRIFT = 1  # steps that a phone's clock may be off
CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks like something else
_GROUPS, _LENGTH = 4, 4

WRONG = N_("This code is wrong, too old or used already. Wait for the next one and type that.")
ON = N_("Sign-in by code is on already.")
NOT_BEGUN = N_("Begin anew, please: there is no code to confirm.")
LOST = N_("The secret can no longer be read. Use a recovery code.")


async def begin(tx: Transaction, settings: Settings, user: User, now: datetime) -> str:
    """A new secret for the phone; it counts once `confirm` has seen a code of it."""
    if await is_on(tx, user.id):
        raise Conflict(ON)
    secret = pyotp.random_base32()
    kept = {"secret": _vault(settings).seal(secret, _bound(user.id)), "created_at": now}
    row = postgresql.insert(SecondFactor).values(user_id=user.id, **kept)
    await tx.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=kept))
    return secret


async def begun(tx: Transaction, settings: Settings, user: User) -> str | None:
    """The secret that waits for its first code."""
    row = await tx.get(SecondFactor, user.id)
    return _secret(settings, row) if row and row.confirmed_at is None else None


def address(secret: str, user: User) -> str:
    """What the picture for the phone says."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)


async def confirm(
    tx: Transaction, settings: Settings, user: User, typed: str, now: datetime
) -> list[str]:
    """From now on a code is asked for; answers the recovery codes, shown only this once."""
    row = await tx.get(SecondFactor, user.id, with_for_update=True, populate_existing=True)
    if row is None or row.confirmed_at is not None:
        raise Conflict(NOT_BEGUN if row is None else ON)
    if not await _is_code(tx, settings, row, typed, now):
        raise Invalid(WRONG)
    row.confirmed_at = now
    return await renew_codes(tx, user.id)


async def is_on(tx: Transaction, user_id: int) -> bool:
    """Whether the user is asked for a code."""
    query = select(SecondFactor.confirmed_at).where(SecondFactor.user_id == user_id)
    return await tx.scalar(query) is not None


async def check(
    tx: Transaction, settings: Settings, user_id: int, typed: str, now: datetime
) -> bool:
    """Whether what was typed is the phone's code or a recovery code; either is used up by it."""
    row = await tx.get(SecondFactor, user_id)
    if row is None or row.confirmed_at is None:
        return False
    if await _use_recovery(tx, user_id, typed, now):
        return True
    return await _is_code(tx, settings, row, typed, now)


async def renew_codes(tx: Transaction, user_id: int) -> list[str]:
    """New recovery codes; those before are worth nothing any more."""
    await tx.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [_made() for _ in range(CODES)]
    rows = [{"user_id": user_id, "code_hash": _hash(user_id, code)} for code in codes]
    await tx.execute(insert(RecoveryCode), rows)
    return codes


async def codes_left(tx: Transaction, user_id: int) -> int:
    """How many recovery codes are still good."""
    good = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return (await tx.execute(select(func.count()).where(*good))).scalar_one()


async def remove(tx: Transaction, user_id: int) -> bool:
    """The password is enough again; False when it was before."""
    await tx.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    gone = delete(SecondFactor).where(SecondFactor.user_id == user_id)
    return await tx.scalar(gone.returning(SecondFactor.user_id)) is not None


async def _is_code(
    tx: Transaction, settings: Settings, row: SecondFactor, typed: str, now: datetime
) -> bool:
    """A code of the present half minute or of its neighbours, later than the last one taken."""
    try:
        totp = pyotp.TOTP(_secret(settings, row))
    except Unreadable as error:
        raise Conflict(LOST) from error
    code = "".join(typed.split())
    present = int(now.timestamp()) // STEP
    for step in range(present - DRIFT, present + DRIFT + 1):
        right = secrets.compare_digest(totp.generate_otp(step).encode(), code.encode())
        if right and await _take(tx, row.user_id, step):
            return True
    return False


async def _take(tx: Transaction, user_id: int, step: int) -> bool:
    """Of two who bring the same code one is late."""
    unused = (SecondFactor.user_id == user_id, SecondFactor.last_step < step)
    taken = update(SecondFactor).where(*unused).values(last_step=step)
    return await tx.scalar(taken.returning(SecondFactor.user_id)) is not None


async def _use_recovery(tx: Transaction, user_id: int, typed: str, now: datetime) -> bool:
    unused = (
        RecoveryCode.user_id == user_id,
        RecoveryCode.code_hash == _hash(user_id, typed),
        RecoveryCode.used_at.is_(None),
    )
    used = update(RecoveryCode).where(*unused).values(used_at=now)
    return await tx.scalar(used.returning(RecoveryCode.user_id)) is not None


def _secret(settings: Settings, row: SecondFactor) -> str:
    return _vault(settings).open(row.secret, _bound(row.user_id)).password


def _vault(settings: Settings) -> Vault:
    return Vault(settings, PURPOSE)


def _bound(user_id: int) -> str:
    return f"user {user_id}"


def _made() -> str:
    letters = (secrets.choice(_ALPHABET) for _ in range(_GROUPS * _LENGTH))
    return "-".join("".join(next(letters) for _ in range(_LENGTH)) for _ in range(_GROUPS))


def _hash(user_id: int, typed: str) -> str:
    """Spaces, hyphens and capitals do not matter; 79 random bits need no slow hash."""
    plain = "".join(typed.lower().replace("-", "").split())
    return hashlib.sha256(f"{user_id}:{plain}".encode()).hexdigest()
