"""Which cached tables a transaction has changed: noted as it goes, marked as it commits.

A model that is cached says so (`__cached__ = True`). Its rows written by the session are seen
here; what writes them by SQL of its own says so with `touch`. The mark is a row of PostgreSQL,
written by the same transaction: whatever becomes of Redis, it tells what is stale.
"""

from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.util import await_only

from core.cache.models import CacheMark
from core.db import Base, Transaction
from core.direct import rows

if TYPE_CHECKING:
    from core.cache.service import Cache

_TOUCHED = "cache touched"
_VERSIONS = text("SELECT version FROM cache_marks WHERE scope = ANY(:scopes)")
CACHE = "cache"  # in a session's info: the cache that is told of commits


def scope_of(model: type[Base], owner_id: int | None) -> str:
    """The name of a table, or of one owner's part of it."""
    return f"{model.__tablename__}:{'*' if owner_id is None else owner_id}"


def scopes_of(model: type[Base], owner_id: int | None) -> tuple[str, ...]:
    """What a reader has to look at: a change of everybody's rows changes an owner's as well."""
    everybody = scope_of(model, None)
    return (everybody,) if owner_id is None else (everybody, scope_of(model, owner_id))


def touch(tx: Transaction, model: type[Base], owner_id: int | None = None) -> None:
    """Rows of this owner were changed by SQL that the session cannot see into."""
    _touched(tx.sync_session).add(scope_of(model, owner_id))


def is_touched(tx: Transaction, scopes: tuple[str, ...]) -> bool:
    """Whether this very transaction has changed what it is about to read."""
    return not _touched(tx.sync_session).isdisjoint(scopes)


async def versions(tx: Transaction, scopes: tuple[str, ...]) -> int:
    """Grows with every change of one of the scopes."""
    found = await rows(tx, _VERSIONS, scopes=list(scopes))
    return sum(version for (version,) in found)


def is_cached(model: Any) -> bool:
    """Whether changes of the model are followed."""
    return bool(getattr(model, "__cached__", False))


def _touched(session: Session) -> set[str]:
    found: set[str] = session.info.setdefault(_TOUCHED, set())
    return found


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: Any) -> None:
    for row in chain(session.new, session.dirty, session.deleted):
        if is_cached(type(row)):
            _touched(session).add(scope_of(type(row), getattr(row, "owner_id", None)))


@event.listens_for(Session, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    if (state.is_update or state.is_delete or state.is_insert) and state.bind_mapper:
        model = state.bind_mapper.class_
        if is_cached(model):
            _touched(state.session).add(scope_of(model, None))


@event.listens_for(Session, "before_commit")
def _mark(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    # Always in the same order, so that two commits cannot wait for each other.
    for scope in sorted(_touched(session)):
        row = insert(CacheMark).values(scope=scope)
        raised = {"version": CacheMark.version + 1}
        session.execute(row.on_conflict_do_update(index_elements=["scope"], set_=raised))


@event.listens_for(Session, "after_commit")
def _raise(session: Session) -> None:
    if session.in_nested_transaction():
        return
    scopes = sorted(_touched(session))
    _touched(session).clear()
    cache: Cache | None = session.info.get(CACHE)
    if scopes and cache is not None:
        await_only(cache.raised(scopes))


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    _touched(session).clear()
