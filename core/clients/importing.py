"""A table on its way to become clients: looked at first, sorted into good rows and bad ones.

The rule for one address given twice, in the file or in the list already: the later value wins
unless it is empty, tags are joined. Who unsubscribed or was switched off stays so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.clients.columns import Columns
from core.clients.forms import ClientForm, check_form, merged
from core.clients.line import parse_line
from core.clients.table import Table
from core.errors import Invalid
from core.i18n import N_

SAMPLES = 5
TELL_EVERY = 500  # rows

Tell = Callable[[int], None]  # called now and then with the number of rows done


def quietly(_rows: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be taken, and why. `number` is its row in the file."""

    number: int
    cells: list[str]
    reason: Invalid


@dataclass(frozen=True)
class Sorted:
    """`forms` by address, each address once; `repeats` rows were merged into an earlier one."""

    forms: list[ClientForm]
    bad: list[BadRow] = field(default_factory=list)
    repeats: int = 0


def check_columns(columns: Columns) -> None:
    """Without an address column there is nothing to load."""
    if "email" not in columns:
        raise Invalid(N_("Please choose the column with e-mail addresses first."))


def sort_rows(table: Table, columns: Columns, country: str, tell: Tell = quietly) -> Sorted:
    """Check every row. Takes seconds for a large file: call it in a thread."""
    check_columns(columns)
    rows = enumerate(table.rows, table.first_row)
    if set(columns) == {"email"}:
        return _sorted(rows, lambda cells: _one_cell(typed_fields(cells, columns), country), tell)
    return _sorted(rows, lambda cells: check_form(typed_fields(cells, columns), country), tell)


def sort_lines(lines: list[str], country: str) -> Sorted:
    """The same for typed lines."""
    rows = enumerate(([line.strip()] for line in lines), 1)
    return _sorted(rows, lambda cells: parse_line(cells[0], country))


def sample(table: Table, columns: Columns) -> list[dict[str, str]]:
    """The first rows as they would be loaded, for the preview."""
    rows = [row for row in table.rows if any(row)]
    return [typed_fields(row, columns) for row in rows[:SAMPLES]]


def typed_fields(cells: list[str], columns: Columns) -> dict[str, str]:
    """Field -> cell."""
    return {field: cells[n] for field, n in columns.items() if n < len(cells)}


def _sorted(
    rows: Iterable[tuple[int, list[str]]],
    read: Callable[[list[str]], ClientForm],
    tell: Tell = quietly,
) -> Sorted:
    forms: dict[str, ClientForm] = {}
    bad: list[BadRow] = []
    repeats = 0
    for number, cells in rows:
        if number % TELL_EVERY == 0:
            tell(number)
        if not any(cells):
            continue
        try:
            form = read(cells)
        except Invalid as reason:
            bad.append(BadRow(number, cells, reason))
            continue
        key = form.email.lower()
        if key in forms:
            repeats += 1
            form = merged(forms[key], form)
        forms[key] = form
    return Sorted(list(forms.values()), bad, repeats)


def _one_cell(typed: dict[str, str], country: str) -> ClientForm:
    # A list in one column may have whole lines in it: `Анна Петрова anna@example.org`.
    cell = typed.get("email", "").strip()
    return parse_line(cell, country) if " " in cell else check_form(typed, country)
