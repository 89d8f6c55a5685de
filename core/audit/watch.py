"""What a person changes by way of the bot, written down without anybody having to think of it.

A transaction that says who acts (`by`) is watched: rows of the named tables that it adds, changes
or removes become entries as it commits, unless a use case has written its own about them. The
site does not use it, since there each deed has a name of its own.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import event, func, insert, inspect, select
from sqlalchemy.orm import Session

from core.audit import service
from core.audit.models import Entry
from core.audit.service import Actor, plain
from core.db import Transaction

# The tables, with what may be told of their rows; of the others nothing but that they changed:
# the log outlives who asked to be forgotten.
TOLD: Mapping[str, frozenset[str]] = {
    "messages": frozenset({"active"}),
    "mailings": frozenset({"status", "message_id", "audience"}),
    "saved_segments": frozenset({"name"}),
    "smtp_accounts": frozenset({"name", "host", "port", "security", "enabled", "per_day"}),
    "users": frozenset({"locale", "timezone", "country", "quiet_from", "quiet_to"}),
    "clients": frozenset({"active"}),
    "articles": frozenset({"published_at"}),
}
MOST = 50  # entries of one transaction; a file of clients is one deed, not thousands
QUIET = frozenset({"signed_in_at", "held_because", "failures", "problem", "problem_text"})
_ACTOR, _DEEDS = "audit actor", "audit deeds"

Key = tuple[str, str]


def by(tx: Transaction, actor: Actor) -> None:
    """Who acts in this transaction."""
    tx.info[_ACTOR] = actor


def acting(tx: Transaction) -> Actor | None:
    """Who was said to act in this transaction."""
    actor: Actor | None = tx.info.get(_ACTOR)
    return actor


@event.listens_for(Session, "before_flush")
def _note(session: Session, _context: object, _instances: object) -> None:
    if _ACTOR not in session.info:
        return
    deeds: dict[Any, tuple[str, dict[str, Any]]] = session.info.setdefault(_DEEDS, {})
    for action, rows in (
        ("create", session.new),
        ("edit", session.dirty),
        ("delete", session.deleted),
    ):
        for row in rows:
            if getattr(row, "__tablename__", "") in TOLD:
                _remember(deeds, row, action)


def _remember(deeds: dict[Any, tuple[str, dict[str, Any]]], row: Any, action: str) -> None:
    """The first action stands; what changed is added up."""
    changes = _changes(row) if action == "edit" else {}
    if action == "edit" and not changes:
        return
    first, known = deeds.get(row, (action, {}))
    deeds[row] = ("delete" if action == "delete" else first, changes | known)


def _changes(row: Any) -> dict[str, Any]:
    told, changes = TOLD[row.__tablename__], {}
    for attribute in inspect(row).mapper.column_attrs:
        history = inspect(row).attrs[attribute.key].history
        if history.has_changes() and attribute.key not in QUIET:
            pair = [_one(history.deleted), _one(history.added)]
            changes[attribute.key] = pair if attribute.key in told else ["…", "…"]
    return changes


def _one(values: Any) -> Any:
    return plain(values[0]) if values else None


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if _ACTOR not in session.info or session.in_nested_transaction():
        return
    session.flush()
    actor: Actor = session.info.pop(_ACTOR)
    deeds = session.info.pop(_DEEDS, {})
    told = session.info.pop(service.TOLD, set())
    entries = list(_entries(deeds, actor, told))[:MOST]
    if entries:
        now = session.scalar(select(func.clock_timestamp()))
        session.execute(insert(Entry), [{"at": now, **entry} for entry in entries])


def _entries(
    deeds: Mapping[Any, tuple[str, dict[str, Any]]], actor: Actor, told: set[Key]
) -> Iterable[dict[str, Any]]:
    for row, (action, changes) in deeds.items():
        id_ = "-".join(str(part) for part in inspect(row).identity or ())
        if (row.__tablename__, id_) in told:
            continue
        yield {
            "via": actor.via,
            "actor_id": actor.id,
            "actor": actor.name,
            "action": action,
            "object_type": row.__tablename__,
            "object_id": id_,
            "object_name": f"№ {id_}",
            "changes": changes,
            "address": actor.address,
        }
