"""Clients by rule instead of by name: by tags, without tags, not written to for some days.

A mailing keeps its rule, which is applied when a run begins: who fits by then gets it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from core.clients.models import Client
from core.clients.queries import RECEIVING
from core.db import Transaction
from core.errors import Invalid
from core.i18n import N_
from core.mailings.models import SavedSegment
from core.typed import one_line
from core.users.models import User

MOST_TAGS = 200  # offered
MOST_EXCLUDED = 1000
TOO_MANY_EXCLUDED = N_("At most {most} clients can be left out by hand. Give them a tag instead.")
MOST_SAVED = 20
LONGEST_NAME = 60

T = TypeVar("T")

_WRITTEN_TO = """NOT EXISTS (
    SELECT FROM mailings m JOIN runs r ON r.mailing_id = m.id
    JOIN deliveries d ON d.run_id = r.id AND d.client_id = clients.id
    WHERE m.owner_id = clients.owner_id AND d.status = 'sent'
      AND d.settled_at > now() - make_interval(days => :quiet_days)
      AND (r.finished_at IS NULL OR r.finished_at > now() - make_interval(days => :quiet_days)))
"""


@dataclass(frozen=True)
class Segment:
    """Who has one of `tags` (all, when there is none), none of `without`, lives in one of
    `countries`, was not written to for `quiet_days` and is none of `excluded`."""

    tags: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    quiet_days: int | None = None
    countries: tuple[str, ...] = ()
    excluded: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For the database and the conversation's memory."""
        lists = {name: list(value) for name, value in vars(self).items() if name != "quiet_days"}
        return lists | {"quiet_days": self.quiet_days}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Back again; a rule of an earlier version says less."""
        return cls(
            tags=tuple(raw["tags"]),
            without=tuple(raw["without"]),
            quiet_days=raw["quiet_days"],
            countries=tuple(raw.get("countries", ())),
            excluded=tuple(raw.get("excluded", ())),
        )

    @property
    def empty(self) -> bool:
        """Whether it leaves nobody out."""
        return self == type(self)()

    def turned(self, tag: str) -> Self:
        """A tap on a tag: wanted, then unwanted, then neither."""
        tags = tuple(each for each in self.tags if each != tag)
        without = tuple(each for each in self.without if each != tag)
        if tag in self.tags:
            without = (*without, tag)
        elif tag not in self.without:
            tags = (*tags, tag)
        return replace(self, tags=tags, without=without)

    def moved(self, country: str) -> Self:
        """A tap on a country: wanted, or no more."""
        return replace(self, countries=_toggled(self.countries, country))

    def spared(self, client_id: int) -> Self:
        """A tap on a client: left out, or no more."""
        excluded = _toggled(self.excluded, client_id)
        if len(excluded) > MOST_EXCLUDED:
            raise Invalid(TOO_MANY_EXCLUDED, most=MOST_EXCLUDED)
        return replace(self, excluded=excluded)


def _toggled(chosen: tuple[T, ...], one: T) -> tuple[T, ...]:
    if one in chosen:
        return tuple(each for each in chosen if each != one)
    return (*chosen, one)


def condition(segment: Segment) -> ColumnElement[bool]:
    """The rule as a condition on clients."""
    parts: list[ColumnElement[bool]] = [true()]
    if segment.tags:
        parts.append(Client.tags.overlap(_array(segment.tags)))
    if segment.without:
        parts.append(~Client.tags.overlap(_array(segment.without)))
    if segment.countries:
        parts.append(Client.country.in_(segment.countries))
    if segment.excluded:
        parts.append(Client.id != func.all(literal(list(segment.excluded), ARRAY(BigInteger))))
    if segment.quiet_days is not None:
        quiet = text(_WRITTEN_TO).bindparams(quiet_days=segment.quiet_days)
        parts.append(quiet)  # type: ignore[arg-type]  # a condition written in SQL
    return and_(*parts)


def _array(tags: Sequence[str]) -> Any:
    return bindparam(None, list(tags), type_=ARRAY(Text), unique=True)


async def fitting(
    tx: Transaction, owner_id: int, segment: Segment, after: int, limit: int
) -> list[int]:
    """The next clients that fit, in the order of their ids."""
    query = select(Client.id).where(
        Client.owner_id == owner_id, Client.id > after, RECEIVING, condition(segment)
    )
    return list(await tx.scalars(query.order_by(Client.id).limit(limit)))


async def tags_of(tx: Transaction, owner: User, search: str = "") -> list[tuple[str, int]]:
    """The owner's tags, of those with `search` in them the most used, with how many clients have
    each; at most MOST_TAGS."""
    tag = func.unnest(Client.tags).label("tag")
    each = select(tag).where(Client.owner_id == owner.id, RECEIVING).subquery()
    query = select(each.c.tag, func.count()).group_by(each.c.tag)
    if search:
        query = query.where(each.c.tag.icontains(search, autoescape=True))
    query = query.order_by(func.count().desc(), each.c.tag).limit(MOST_TAGS)
    return [(name, n) for name, n in await tx.execute(query)]


async def countries_of(tx: Transaction, owner: User) -> list[tuple[str, int]]:
    """Where the owner's clients live, with how many, the most first."""
    query = select(Client.country, func.count()).where(
        Client.owner_id == owner.id, RECEIVING, Client.country.is_not(None)
    )
    rows = await tx.execute(query.group_by(Client.country).order_by(func.count().desc()))
    return [(code, n) for code, n in rows if code]


async def saved(tx: Transaction, owner: User) -> list[SavedSegment]:
    """The owner's rules with a name."""
    query = select(SavedSegment).where(SavedSegment.owner_id == owner.id)
    return list(await tx.scalars(query.order_by(SavedSegment.id)))


async def save(tx: Transaction, owner: User, name: str, segment: Segment, now: datetime) -> None:
    """Keep a rule under a name; the same name again means the new rule."""
    name = one_line(name)
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(
            N_("A name of 1 to {limit} characters is expected, for example: Regulars of Moscow"),
            limit=LONGEST_NAME,
        )
    others = [each for each in await saved(tx, owner) if each.name != name]
    if len(others) >= MOST_SAVED:
        raise Invalid(N_("There are {most} segments already; delete one first."), most=MOST_SAVED)
    rule = {"rule": segment.to_json()}
    row = insert(SavedSegment).values(owner_id=owner.id, name=name, created_at=now, **rule)
    await tx.execute(row.on_conflict_do_update(index_elements=["owner_id", "name"], set_=rule))


async def forget(tx: Transaction, owner: User, segment_id: int) -> None:
    """Delete a saved rule; mailings keep theirs."""
    mine = (SavedSegment.owner_id == owner.id, SavedSegment.id == segment_id)
    await tx.execute(delete(SavedSegment).where(*mine))
