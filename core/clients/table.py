"""A file of clients as rows of text: CSV and TSV of any spelling, XLSX, XLS, XLSB, ODS, vCard."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import PurePath

from core.clients import text_table, vcard, workbook
from core.clients.columns import Columns, header_row, recognise
from core.errors import Invalid
from core.i18n import N_

MB = 1024 * 1024
MAX_BYTES = 100 * MB  # by the site; Telegram hands bots less
MAX_ROWS = 500_000
TEXTS = {".csv", ".tsv", ".txt", ".tab"}
CARDS = {".vcf", ".vcard"}
WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
_HEAD = 65  # rows that are looked at: a header may stand below titles
_NOT_A_TABLE = N_("“{name}” is not a table. Please send a CSV, XLSX, XLS, ODS or vCard file.")


class TooLarge(Invalid):
    """More bytes than are read."""

    text = N_("The file is {size} MB; up to {limit} MB can be taken. Please send it in parts.")

    def __init__(self, size: int) -> None:
        limit = MAX_BYTES // MB
        super().__init__(size=max(limit + 1, size // MB), limit=limit)


@dataclass(frozen=True)
class Table:
    """`columns` says which field stands in which column, as far as the header or the values tell.

    `first_row` is the number that the first of `rows` has in the file. The rows of a table that
    was opened, not read, come once.
    """

    name: str
    header: list[str]
    rows: Iterable[list[str]]
    columns: Columns
    first_row: int

    @property
    def kind(self) -> str:
        """The kind of file to give back."""
        return kind_of(self.name)


def readable(name: str) -> bool:
    """Whether a file of this name can be a list of clients."""
    return ending(name) in TEXTS | WORKBOOKS | CARDS


def kind_of(name: str) -> str:
    """The kind of file to give back: a workbook for a workbook, else CSV."""
    return "xlsx" if ending(name) in WORKBOOKS else "csv"


def ending(name: str) -> str:
    """What a file's name says of its kind."""
    return PurePath(name).suffix.lower()


def check_file(name: str, size: int) -> None:
    """Refuse what need not be looked into."""
    if not readable(name):
        raise Invalid(_NOT_A_TABLE, name=name)
    if size > MAX_BYTES:
        raise TooLarge(size)


def open_table(name: str, data: bytes, own: Mapping[str, str] | None = None) -> Table:
    """The file as a table whose rows are read one by one, or Invalid saying what is wrong."""
    check_file(name, len(data))
    if vcard.is_one(data):
        cards = vcard.rows(data)
        return _bounded(Table(name, vcard.HEADER, cards, vcard.COLUMNS, 1))
    rows = workbook.rows(data) if workbook.is_one(data) else text_table.rows(data)
    head = list(islice(rows, _HEAD))
    start = header_row(head)
    if start is None and _only_addresses(head):
        rows, head = ([cell] for row in chain(head, rows) for cell in row if cell), []
        return _bounded(Table(name, ["E-mail"], rows, {"email": 0}, 1))
    header = head[start] if start is not None else _numbered(head)
    first = 0 if start is None else start + 1
    columns = recognise(header, head[first:][:50], own)
    return _bounded(Table(name, header, chain(head[first:], rows), columns, first + 1))


def read_table(name: str, data: bytes, own: Mapping[str, str] | None = None) -> Table:
    """The same with all its rows, without empty ones at the end."""
    table = open_table(name, data, own)
    rows = list(table.rows)
    while rows and not any(rows[-1]):
        rows.pop()
    return replace(table, rows=rows)


def _only_addresses(rows: list[list[str]]) -> bool:
    """`a@example.org; b@example.org`, as it is copied out of a letter's line of recipients."""
    cells = [cell for row in rows for cell in row if cell]
    return all("@" in cell for cell in cells) and any(sum(map(bool, row)) > 1 for row in rows)


def _bounded(table: Table) -> Table:
    return replace(table, rows=_checked(table))


def _checked(table: Table) -> Iterator[list[str]]:
    """The rows; Invalid when nobody is in them, or when there are too many."""
    some = blank = 0
    for row in table.rows:
        if any(row):
            some += 1
        else:
            blank += 1
        if some > MAX_ROWS or blank > 10 * MAX_ROWS:
            raise Invalid(
                N_(
                    "There are more than {limit} rows in “{name}”. Nothing was loaded;"
                    " please split the file."
                ),
                limit=MAX_ROWS,
                name=table.name,
            )
        yield row
    if not some:
        raise Invalid(
            N_(
                "There are no clients in “{name}”: a header like “Name; E-mail; Phone”"
                " and a row for each client are expected."
            ),
            name=table.name,
        )


def _numbered(rows: list[list[str]]) -> list[str]:
    width = max((len(row) for row in rows[:50]), default=0)
    return [f"№ {no}" for no in range(1, width + 1)]
