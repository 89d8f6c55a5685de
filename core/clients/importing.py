"""A table on its way to become clients: each row checked, good ones in batches, bad ones apart.

The rule for one address given twice, in the file or in the list already: the later value wins
unless it is empty, tags are joined. Who unsubscribed or was switched off stays so. A row with
several addresses is a client for each. Without a good address a row is refused; any other value
that is wrong is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core.clients.cells import loosened
from core.clients.columns import Columns
from core.clients.forms import ClientForm, Wrong, merged, tagged, usable_form
from core.clients.line import parse_line
from core.clients.own_values import OwnKinds
from core.clients.table import Table
from core.errors import Invalid
from core.i18n import N_

SAMPLES = 5
BATCH = 2000

_Read = Callable[[list[str]], tuple[list[ClientForm], Wrong]]


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be taken, and why. `number` is its row in the file."""

    number: int
    cells: list[str]
    reason: Invalid


@dataclass(frozen=True)
class PartRow:
    """A row that is taken without some of its values: which fields, and why."""

    number: int
    cells: list[str]
    wrong: Wrong


@dataclass
class Batch:
    """Some rows: `forms` by address, each once; those in `again` came in an earlier batch too.

    `parts` are rows among them that lost a value; `repeats` rows were merged into an earlier one;
    `row` is the number of the last.
    """

    forms: dict[str, ClientForm] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)
    bad: list[BadRow] = field(default_factory=list)
    parts: list[PartRow] = field(default_factory=list)
    repeats: int = 0
    row: int = 0


@dataclass(frozen=True)
class Sorted:
    """All of a few rows."""

    forms: list[ClientForm]
    bad: list[BadRow]
    parts: list[PartRow]
    repeats: int


def check_columns(columns: Mapping[str, int]) -> None:
    """Without an address column there is nothing to load."""
    if "email" not in columns:
        raise Invalid(N_("Please choose the column with e-mail addresses first."))


def sort_rows(
    table: Table,
    columns: Columns,
    country: str,
    own: OwnKinds | None = None,
    tags: Iterable[str] = (),
) -> Iterator[Batch]:
    """Check every row; seconds for a large file, so a process of its own does it (reader.py)."""
    check_columns(columns)
    tags = tuple(tags)

    def read(cells: list[str]) -> tuple[list[ClientForm], Wrong]:
        typed = typed_fields(cells, columns)
        wrong: Wrong = {}
        if alone and " " in typed.get("email", "").strip():
            forms = [parse_line(typed["email"], country)]  # `Анна Петрова anna@example.org`
        else:
            forms = []
            for row in loosened(typed):
                form, left_out = usable_form(row, country, own)
                forms.append(form)
                wrong |= left_out
        return [_with(form, tags, wrong) for form in forms] if tags else forms, wrong

    alone = set(columns) == {"email"}
    yield from _batches(enumerate(table.rows, table.first_row), read)


def sort_lines(lines: list[str], country: str) -> Sorted:
    """The same for typed lines."""
    rows = enumerate(([line.strip()] for line in lines), 1)
    return whole(_batches(rows, lambda cells: ([parse_line(cells[0], country)], {})))


def _with(form: ClientForm, tags: Iterable[str], wrong: Wrong) -> ClientForm:
    """The form with these tags, unless it has too many then."""
    try:
        return tagged(form, tags)
    except Invalid as reason:
        wrong["tags"] = reason
        return form


def whole(batches: Iterable[Batch]) -> Sorted:
    """Several batches as one."""
    forms: dict[str, ClientForm] = {}
    bad: list[BadRow] = []
    parts: list[PartRow] = []
    repeats = 0
    for batch in batches:
        for key, form in batch.forms.items():
            forms[key] = merged(forms[key], form) if key in forms else form
        bad += batch.bad
        parts += batch.parts
        repeats += batch.repeats
    return Sorted(list(forms.values()), bad, parts, repeats)


def typed_fields(cells: list[str], columns: Mapping[str, int]) -> dict[str, str]:
    """Field -> cell."""
    return {field: cells[n] for field, n in columns.items() if n < len(cells)}


def _batches(rows: Iterable[tuple[int, list[str]]], read: _Read) -> Iterator[Batch]:
    seen: set[str] = set()
    batch = Batch()
    for number, cells in rows:
        batch.row = number
        if not any(cells):
            continue
        try:
            forms, wrong = read(cells)
        except Invalid as reason:
            batch.bad.append(BadRow(number, cells, reason))
        else:
            for form in forms:
                _take(batch, form, seen)
            if wrong:
                batch.parts.append(PartRow(number, cells, wrong))
        if len(batch.forms) + len(batch.bad) >= BATCH:
            yield batch
            batch = Batch(row=number)
    yield batch


def _take(batch: Batch, form: ClientForm, seen: set[str]) -> None:
    key = form.email.lower()
    if key in batch.forms:
        batch.repeats += 1
        form = merged(batch.forms[key], form)
    elif key in seen:
        batch.repeats += 1
        batch.again.add(key)
    seen.add(key)
    batch.forms[key] = form
