"""Clients and refused rows as files. A cell never becomes a formula of whoever opens it."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from core.clients.extras import country_name, language_name
from core.clients.importing import BadRow, PartRow
from core.clients.status import status_of
from core.clients.table import Table
from core.errors import Invalid
from core.i18n import N_, Translator
from core.mail.addresses import show_email

_FORMULA = tuple("=+-@\t\r'")
_WIDTHS = (28, 18, 18, 20, 22, 16, 16, 20, 14, 24, 30, 24, 16)
_LONGEST = 32_000
HEADER = (
    N_("E-mail"),
    N_("First name"),
    N_("Last name"),
    N_("Phone"),
    N_("Company"),
    N_("Country"),
    N_("City"),
    N_("Time zone"),
    N_("Language"),
    N_("Tags"),
    N_("Comment"),
    N_("Consent"),
    N_("Consent date"),
)


class Sheet(Protocol):
    """A file being written row by row."""

    def row(self, cells: Sequence[str]) -> None:
        """One more row; the first is the header."""

    def close(self) -> None:
        """The file is whole."""


class CsvSheet:
    """UTF-8 with its mark and semicolons, as Excel opens it by a double click."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, delimiter=";")

    def row(self, cells: Sequence[str]) -> None:
        self._writer.writerow([escaped(cell) for cell in cells])

    def close(self) -> None:
        self._file.close()


class XlsxSheet:
    """Every cell a text, the header bold and fixed; written out as it goes."""

    def __init__(self, path: Path, title: str, widths: Sequence[int] = _WIDTHS) -> None:
        import xlsxwriter  # takes a moment, and CSV needs none

        self._book = xlsxwriter.Workbook(path, {"constant_memory": True})
        self._page = self._book.add_worksheet(title[:31])
        self._bold = self._book.add_format({"bold": True})
        self._rows = 0
        self._page.freeze_panes(1, 0)
        for column, width in enumerate(widths):
            self._page.set_column(column, column, width)

    def row(self, cells: Sequence[str]) -> None:
        style = self._bold if self._rows == 0 else None
        for column, cell in enumerate(cells):
            if cell:
                self._page.write_string(self._rows, column, cell[:_LONGEST], style)
        self._rows += 1

    def close(self) -> None:
        self._book.close()


def open_sheet(kind: str, path: Path, title: str) -> Sheet:
    """A file of the kind `xlsx` or `csv`."""
    return XlsxSheet(path, title) if kind == "xlsx" else CsvSheet(path)


def escaped(cell: str) -> str:
    """An apostrophe before a sign that a spreadsheet would run; import takes it off again."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


class Refused:
    """The refused rows of a file, and those that lost a value, as they were, with their number and
    the reason behind them.

    `rows` is how many were refused, `left_out` how often which value was; `reasons` has the first
    row of each kind.
    """

    def __init__(self, path: Path, table: Table, translate: Translator) -> None:
        self.rows = 0
        self.reasons: dict[str, str] = {}
        self.left_out: Counter[str] = Counter()
        self._path, self._table, self._translate = path, table, translate
        self._width = len(table.header)
        self._sheet: Sheet | None = None

    def write(self, rows: Iterable[BadRow | PartRow]) -> None:
        """More of them, in their order; the file is made with the first."""
        for row in sorted(rows, key=lambda row: row.number):
            if isinstance(row, BadRow):
                self.rows += 1
                reason = self._reason(row.number, row.reason)
            else:
                self.left_out.update(row.wrong.keys())
                reason = self._left_out(row)
            self._row(row.number, row.cells, reason)

    def _left_out(self, row: PartRow) -> str:
        reasons = [self._reason(row.number, each) for each in row.wrong.values()]
        _ = self._translate
        return _("Loaded without this: {reason}", reason="; ".join(reasons)).unescape()

    def _reason(self, number: int, why: Invalid) -> str:
        reason = self._translate(why.text, **why.fields).unescape()
        self.reasons.setdefault(why.text, f"{number}: {reason}")
        return reason

    def _row(self, number: int, cells: list[str], reason: str) -> None:
        if self._sheet is None:
            self._width = max(self._width, len(cells))
            self._sheet = self._begun()
        self._sheet.row([*self._padded(cells), str(number), reason])

    def close(self) -> None:
        """The file is whole, if there is one."""
        if self._sheet is not None:
            self._sheet.close()

    def _begun(self) -> Sheet:
        _ = self._translate
        sheet = open_sheet(self._table.kind, self._path, _("Errors").unescape())
        titles = [_("Row").unescape(), _("What is wrong").unescape()]
        sheet.row([*self._padded(self._table.header), *titles])
        return sheet

    def _padded(self, cells: list[str]) -> list[str]:
        return (cells + [""] * (self._width - len(cells)))[: self._width]


def header(_: Translator, own: Mapping[str, str]) -> list[str]:
    """Titles that import recognises; `own` are those of the owner's fields, by key."""
    return [*(_(title).unescape() for title in HEADER), *own.values(), _("Status").unescape()]


def cells(_: Translator, client: Mapping[str, Any], own: Mapping[str, str]) -> list[str]:
    """A client's row, out of its columns as JSON."""
    day = client["consent_on"] or ""
    return [
        show_email(client["email"]),
        client["first_name"],
        client["last_name"],
        client["phone"] or "",
        client["company"],
        country_name(client["country"], _.locale),
        client["city"],
        client["timezone"] or "",
        language_name(client["language"], _.locale) if client["language"] else "",
        ", ".join(client["tags"]),
        client["comment"],
        client["consent"],
        ".".join(reversed(day.split("-"))),
        *(client["own"].get(key, "") for key in own),
        status_of(_, client).unescape(),
    ]
