"""Writing deeds down, and reading the history of one object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select

from core.audit.models import Entry
from core.db import Transaction

TOLD = "audit told"  # in a transaction's info: what it has written down already

Via = Literal["site", "bot", "command"]


@dataclass(frozen=True)
class Actor:
    """Who did it, and from where."""

    via: Via
    name: str
    id: int | None = None
    address: str | None = None


async def record(
    tx: Transaction,
    actor: Actor,
    action: str,
    object_: tuple[str, object, str],
    now: datetime,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> Entry:
    """Write a deed down in the transaction that does it; `object_` is its type, id and name."""
    kind, id_, name = object_
    entry = Entry(
        at=now,
        via=actor.via,
        actor_id=actor.id,
        actor=actor.name,
        action=action,
        object_type=kind,
        object_id=str(id_),
        object_name=name,
        changes={field: [plain(a), plain(b)] for field, (a, b) in (changes or {}).items()},
        address=actor.address,
    )
    tx.add(entry)
    tx.info.setdefault(TOLD, set()).add((kind, str(id_)))
    await tx.flush()
    return entry


async def history(tx: Transaction, kind: str, id_: str, limit: int = 20) -> Sequence[Entry]:
    """What was done to one object, the latest first."""
    query = select(Entry).where(Entry.object_type == kind, Entry.object_id == id_)
    return (await tx.scalars(query.order_by(Entry.id.desc()).limit(limit))).all()


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields that became others."""
    return {
        name: (before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    }


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str | int | float | bool | None):
        return value
    return [plain(each) for each in value] if isinstance(value, list | tuple) else str(value)
