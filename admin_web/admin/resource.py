"""What the site knows of a table. A new one is an instance of `Resource` of some ten lines."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, inspect
from sqlalchemy.orm import InstrumentedAttribute
from wtforms import Field

from admin_web.admin import keys
from admin_web.admin.here import Here
from core.audit.service import Named
from core.db import Base, Transaction
from core.errors import NotFound
from core.i18n import N_

GROWING = 10_000  # rows that a page of such a table looks at

Row = Any
Data = Mapping[str, Any]
Save = Callable[[Transaction, Here, Row, Data, datetime], Awaitable[Row]]
Remove = Callable[[Transaction, Here, Row, datetime], Awaitable[None]]
Load = Callable[[Transaction, Here, Row, datetime], Awaitable[Mapping[str, Any]]]
Run = Callable[[Transaction, Here, Row, datetime], Awaitable[None]]
RunAll = Callable[[Transaction, Here, Sequence[Row], datetime], Awaitable[None]]


@dataclass(frozen=True)
class Verb:
    """Something that can be done with a row. `ask` is the question before it is done.

    `guarded`: only by who has shown lately who they are. `bulk`: with many rows at once, too.
    `run_all`: for all of many rows that it fits, in a few statements. `alone`: of many rows each in
    a transaction of its own, since workers wait for what it locks.
    `in_panel`: its button stands in the row's panel, beside what it is about. `typed`: the field
    that is filled in with the question.
    """

    name: str
    label: str
    icon: str
    run: Run
    when: Callable[[Row], bool] = lambda _row: True
    ask: str | None = None
    danger: bool = False
    guarded: bool = False
    bulk: bool = False
    run_all: RunAll | None = None
    alone: bool = False
    in_panel: bool = False
    typed: str | None = None


@dataclass(frozen=True)
class Resource:
    """A table as the site shows it. What is not named here cannot be done.

    `slice` is for a table that grows for ever and has no index for its filters and its search: a
    page looks at so many rows at most, and the next one goes on from there. `indexed` are the
    filters of such a table that do have one. Where a word is found by an index, too (`by_index` is
    the condition), what is rare is found beyond the slice. `guarded`: its form is for who has shown
    lately who they are. `inner`: of use to who looks for a fault, so it stands apart in the menu.
    """

    model: type[Base]
    title: str
    one: str
    icon: str
    group: str
    columns: tuple[str, ...]
    name_of: Callable[[Row], str] = lambda row: ""
    search: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...] = ()
    filters: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    slice: int | None = None
    indexed: frozenset[str] = frozenset()
    by_index: Callable[[str], ColumnElement[bool]] | None = None
    secret: frozenset[str] = frozenset()
    extra: Mapping[str, Callable[[Row], Any]] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()
    options: tuple[Any, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    only_new: Mapping[str, Field] = field(default_factory=dict)
    create: Save | None = None
    edit: Save | None = None
    remove: Remove | None = None
    keeps_ledger: bool = False
    editable: Callable[[Row], bool] = lambda _row: True
    fixed: Callable[[Row], frozenset[str]] = lambda _row: frozenset()
    note: Callable[[Row], str | None] = lambda _row: None
    verbs: tuple[Verb, ...] = ()
    choices: Mapping[str, Callable[[Here], list[tuple[str, str]]]] = field(default_factory=dict)
    form: str = "admin/form.html"
    panel: str | None = None
    load: Load | None = None
    empty: str = ""
    guarded: bool = False
    inner: bool = False

    @property
    def name(self) -> str:
        """The table's name, also in addresses."""
        return str(self.model.__tablename__)

    @property
    def keys(self) -> tuple[InstrumentedAttribute[Any], ...]:
        """The primary key."""
        columns = inspect(self.model).primary_key
        return tuple(getattr(self.model, str(column.key)) for column in columns)

    def key_of(self, row: Row) -> tuple[Any, ...]:
        """A row's key."""
        return tuple(getattr(row, key.key) for key in self.keys)

    def id_of(self, row: Row) -> str:
        """A row's key as it stands in addresses."""
        return "-".join(map(keys.written, self.key_of(row)))

    def called(self, row: Row) -> str:
        """How people call the row."""
        return self.name_of(row) or f"№ {self.id_of(row)}"

    def named(self, row: Row) -> Named:
        """How the audit log speaks of the row."""
        return self.name, self.id_of(row), self.called(row)

    def parse(self, id_: str) -> tuple[int | str, ...]:
        """The key out of an address; NotFound for what cannot be one."""
        parts = id_.split("-") if id_ else []
        if len(parts) != len(self.keys):
            raise NotFound
        textual = (isinstance(key.type, String) for key in self.keys)
        return tuple(keys.read(part, as_text) for part, as_text in zip(parts, textual, strict=True))

    def value(self, row: Row, column: str) -> Any:
        """A cell's value."""
        return self.extra[column](row) if column in self.extra else getattr(row, column)

    def shown(self) -> list[str]:
        """Every field that a row's own page shows."""
        own = [attribute.key for attribute in inspect(self.model).column_attrs]
        hidden = self.secret | self.unlisted
        return [name for name in dict.fromkeys((*self.extra, *own)) if name not in hidden]

    @property
    def deletion(self) -> Verb | None:
        """Deleting a row, where that can be done."""
        return self.remove and Verb(
            "delete", N_("Delete"), "trash", self.remove, danger=True, alone=self.keeps_ledger
        )

    @property
    def for_many(self) -> tuple[Verb, ...]:
        """What can be done with many rows at once, deletion last."""
        several = tuple(verb for verb in self.verbs if verb.bulk)
        return (*several, self.deletion) if self.deletion else several

    def verb(self, name: str) -> Verb:
        """One of the verbs; NotFound for others."""
        for verb in self.verbs:
            if verb.name == name:
                return verb
        raise NotFound
