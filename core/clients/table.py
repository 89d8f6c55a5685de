"""A file of clients as rows of text: CSV and TSV of any spelling, XLSX, XLS, XLSB, ODS, vCard."""

import asyncio
from dataclasses import dataclass
from pathlib import PurePath

from core.clients import text_table, vcard, workbook
from core.clients.columns import Columns, header_row, recognise
from core.errors import Invalid
from core.i18n import N_

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
TEXTS = {".csv", ".tsv", ".txt", ".tab"}
CARDS = {".vcf", ".vcard"}
WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}


@dataclass(frozen=True)
class Table:
    """`columns` says which field stands in which column, as far as the header or the values tell.

    `first_row` is the number that the first of `rows` has in the file.
    """

    name: str
    header: list[str]
    rows: list[list[str]]
    columns: Columns
    first_row: int

    @property
    def is_workbook(self) -> bool:
        """Whether it came as a workbook; what is given back is of the same kind."""
        return _ending(self.name) in WORKBOOKS


def readable(name: str) -> bool:
    """Whether a file of this name can be a list of clients."""
    return _ending(name) in TEXTS | WORKBOOKS | CARDS


async def read_table(name: str, data: bytes) -> Table:
    """The file's rows, or Invalid saying what is wrong with it."""
    if not readable(name):
        raise Invalid(
            N_("“{name}” is not a table. Please send a CSV, XLSX, XLS, ODS or vCard file."),
            name=name,
        )
    if len(data) > MAX_BYTES:
        raise Invalid(
            N_("The file has {size} MB; up to {limit} MB can be taken. Please send it in parts."),
            size=len(data) // 1024 // 1024,
            limit=MAX_BYTES // 1024 // 1024,
        )
    if vcard.is_one(data):
        cards = await asyncio.to_thread(vcard.read_rows, data, MAX_ROWS + 20)
        return _checked(Table(name, vcard.HEADER, cards, vcard.COLUMNS, 1))
    if workbook.is_one(data):
        rows = await workbook.read_rows(data, MAX_ROWS + 20)
    else:
        rows = await asyncio.to_thread(text_table.read_rows, data, MAX_ROWS + 20)
    return _table(name, rows)


def _table(name: str, rows: list[list[str]]) -> Table:
    start = header_row(rows)
    header = rows[start] if start is not None else _numbered(rows)
    first = 0 if start is None else start + 1
    body = rows[first:]
    return _checked(Table(name, header, body, recognise(header, body[:50]), first + 1))


def _checked(table: Table) -> Table:
    """The table, unless there is nobody in it or too many are."""
    if not any(any(row) for row in table.rows):
        raise Invalid(
            N_(
                "There are no clients in “{name}”: a header like “Name; E-mail; Phone”"
                " and a row for each client are expected."
            ),
            name=table.name,
        )
    if len(table.rows) > MAX_ROWS:
        raise Invalid(
            N_(
                "There are more than {limit} rows in “{name}”. Nothing was loaded;"
                " please split the file."
            ),
            limit=MAX_ROWS,
            name=table.name,
        )
    return table


def _numbered(rows: list[list[str]]) -> list[str]:
    width = max((len(row) for row in rows[:50]), default=0)
    return [f"№ {no}" for no in range(1, width + 1)]


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()
