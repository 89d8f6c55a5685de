"""How far a deed with many rows is, written to the audit log and read from there."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from admin_web.admin.many.matching import Matching, asked_by
from admin_web.admin.resource import Resource, Verb
from core.audit.models import Entry
from core.audit.service import Actor, record
from core.db import Transaction
from core.errors import NotFound

KIND = "bulk"  # the audit log's type of object
BEGIN, PART, END = "bulk_begin", "bulk_part", "bulk_end"
STOP, STOPPED, GO_ON = "bulk_stop", "bulk_stopped", "bulk_go_on"  # asked for, done, undone
QUIET = timedelta(seconds=30)  # without a part for so long, nobody is at it any more
TOLD = 20  # refusals that are told one by one


@dataclass(frozen=True)
class Tally:
    """What became of the rows up to a place."""

    succeeded: int = 0
    same: int = 0  # nothing was to be done, or the row was gone
    refused: int = 0
    why: tuple[str, ...] = ()
    place: tuple[Any, ...] | None = None

    @property
    def seen(self) -> int:
        return self.succeeded + self.same + self.refused


@dataclass(frozen=True)
class Deed:
    """A verb with all rows that matched."""

    id: str
    name: str
    table: str
    verb: str
    query: str
    top: list[Any]
    total: int | None
    by: str
    since: datetime
    tally: Tally
    lately: datetime
    state: str  # the last of the actions above
    stopping: bool  # it was told to stop, and not to go on since

    def over(self, resource: Resource) -> Matching:
        """The rows that it is about."""
        return Matching(resource, asked_by(resource, self.query), self.top)

    @property
    def ended(self) -> bool:
        """Every row has had its turn."""
        return self.state == END

    def is_at_work(self, now: datetime) -> bool:
        """Neither ended nor stopped, and something was heard of it lately."""
        return self.state not in (END, STOPPED) and self.lately > now - QUIET


async def begin(
    tx: Transaction,
    actor: Actor,
    called: str,
    verb: Verb,
    those: Matching,
    total: int | None,
    now: datetime,
) -> str:
    """Write down what is going to be done; answers its id."""
    id_ = secrets.token_hex(8)
    about = {
        "table": those.resource.name,
        "verb": verb.name,
        "query": those.query,
        "top": those.top,
        "total": total,
    }
    named = KIND, id_, called
    await record(tx, actor, BEGIN, named, now, {key: (None, v) for key, v in about.items()})
    return id_


async def note(
    tx: Transaction,
    actor: Actor,
    deed: Deed,
    action: str,
    now: datetime,
    tally: Tally | None = None,
) -> None:
    """Write down what happened to it, and how far it is."""
    changes = {name: (None, value) for name, value in vars(tally).items()} if tally else {}
    await record(tx, actor, action, (KIND, deed.id, deed.name), now, changes)


async def find(tx: Transaction, id_: str) -> Deed:
    """The deed as far as it is; NotFound when there is none."""
    first: Entry | None = await tx.scalar(_of(id_, BEGIN).order_by(Entry.id).limit(1))
    if first is None:
        raise NotFound
    last: Entry = (await tx.scalars(_of(id_).order_by(Entry.id.desc()).limit(1))).one()
    told: Entry | None = await tx.scalar(
        _of(id_, PART, STOPPED, END).order_by(Entry.id.desc()).limit(1)
    )
    word: Entry = (
        await tx.scalars(_of(id_, BEGIN, STOP, GO_ON).order_by(Entry.id.desc()).limit(1))
    ).one()
    about = {name: pair[1] for name, pair in first.changes.items()}
    return Deed(
        id=id_,
        name=first.object_name,
        by=first.actor,
        since=first.at,
        tally=_tally(told.changes) if told else Tally(),
        lately=last.at,
        state=last.action,
        stopping=word.action == STOP,
        **about,
    )


def _of(id_: str, *actions: str) -> Select[Any]:
    query = select(Entry).where(Entry.object_type == KIND, Entry.object_id == id_)
    return query.where(Entry.action.in_(actions)) if actions else query


def _tally(changes: Mapping[str, Sequence[Any]]) -> Tally:
    values = {name: pair[1] for name, pair in changes.items()}
    values["why"] = tuple(values["why"])
    values["place"] = tuple(values["place"]) if values["place"] is not None else None
    return Tally(**values)
