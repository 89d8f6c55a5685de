"""Holding addresses off: by hand, or by what came back from them."""

from datetime import datetime
from typing import Literal

from sqlalchemy.dialects.postgresql import insert

from core.db import Transaction
from core.errors import Conflict
from core.i18n import N_
from core.mail.addresses import ascii_domain
from core.suppressions.models import Suppression

Reason = Literal["bounce", "complaint", "by_hand"]

KNOWN = N_("{email} gets no mail already.")


async def hold_off(
    tx: Transaction,
    email: str,
    reason: Reason,
    now: datetime,
    *,
    owner_id: int | None = None,
    note: str = "",
) -> Suppression | None:
    """No mailing goes there any more, of this owner's or of anybody's; None when none did."""
    values = {"owner_id": owner_id, "email": ascii_domain(email).lower(), "reason": reason}
    row = insert(Suppression).values(**values, note=note, created_at=now)
    made: Suppression | None = await tx.scalar(row.on_conflict_do_nothing().returning(Suppression))
    return made


async def add(
    tx: Transaction, email: str, note: str, now: datetime, owner_id: int | None
) -> Suppression:
    """By hand; Conflict for an address that is held off already."""
    made = await hold_off(tx, email, "by_hand", now, owner_id=owner_id, note=note)
    if made is None:
        raise Conflict(KNOWN, email=email)
    return made
