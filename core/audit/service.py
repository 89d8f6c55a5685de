"""Writing deeds down, and reading the history of one object."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select

from core.audit.models import Entry
from core.db import Transaction

TOLD = "audit told"  # in a transaction's info: what it has written down already

Via = Literal["site", "bot", "command"]
Named = tuple[str, object, str]  # the type, the id and the name of what a deed is about


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
    object_: Named,
    now: datetime,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> Entry:
    """Write a deed down in the transaction that does it."""
    entry = _entry(tx, actor, action, object_, now, changes)
    tx.add(entry)
    await tx.flush()
    return entry


def is_told(tx: Transaction, object_: Named) -> bool:
    """Whether this transaction has written down a deed with the object already."""
    kind, id_, _ = object_
    return (kind, str(id_)) in tx.info.get(TOLD, ())


async def record_all(
    tx: Transaction, actor: Actor, action: str, objects: Iterable[Named], now: datetime
) -> None:
    """The same deed with many objects, an entry each."""
    tx.add_all([_entry(tx, actor, action, each, now) for each in objects])
    await tx.flush()


def _entry(
    tx: Transaction,
    actor: Actor,
    action: str,
    object_: Named,
    now: datetime,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> Entry:
    kind, id_, name = object_
    tx.info.setdefault(TOLD, set()).add((kind, str(id_)))
    return Entry(
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
