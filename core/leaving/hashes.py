"""What is kept of the people who must not be written to: keyed hashes of their addresses."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from core.clients.erasing import digest
from core.clients.models import Client, ErasedAddress
from core.db import Json, Transaction
from core.suppressions.models import Suppression

AT_ONCE = 2000

HELD_OFF = or_(Client.unsubscribed_at.is_not(None), Client.bounced_at.is_not(None))
WHY = ("unsubscribed_at", "unsubscribed_because", "bounced_at", "bounce_reason")


async def keep(tx: Transaction, owner_id: int, keys: Sequence[bytes]) -> int:
    """Hash the held-off addresses of an owner who is erased; says how many there are."""
    kept = {row["digest"]: row for row in await _suppressed(tx, owner_id, keys[0])}
    kept |= {row["digest"]: row for row in await _clients(tx, owner_id, keys[0])}
    rows = list(kept.values())
    for at in range(0, len(rows), AT_ONCE):
        new = insert(ErasedAddress).values(rows[at : at + AT_ONCE])
        await tx.execute(new.on_conflict_do_nothing())
    return len(rows)


async def _clients(tx: Transaction, owner_id: int, key: bytes) -> list[Json]:
    columns = [getattr(Client, name) for name in WHY]
    query = select(Client.email, *columns).where(Client.owner_id == owner_id, HELD_OFF)
    return [
        _row(owner_id, email, key, dict(zip(WHY, why, strict=True)))
        for email, *why in (await tx.execute(query)).all()
    ]


async def _suppressed(tx: Transaction, owner_id: int, key: bytes) -> list[Json]:
    query = select(Suppression.email, Suppression.reason, Suppression.created_at)
    found = (await tx.execute(query.where(Suppression.owner_id == owner_id))).all()
    nothing = dict.fromkeys(WHY)
    return [
        _row(owner_id, email, key, nothing | _because(reason, since))
        for email, reason, since in found
    ]


def _because(reason: str, since: object) -> Json:
    return {"unsubscribed_at": since, "unsubscribed_because": reason}


def _row(owner_id: int, email: str, key: bytes, why: Json) -> Json:
    return {"owner_id": owner_id, "digest": digest(owner_id, email, key), **why}
