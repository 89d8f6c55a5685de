"""Clients and refused rows as files. A cell never becomes a formula of whoever opens it."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

import xlsxwriter

from core.clients.fields import readable
from core.clients.importing import BadRow
from core.clients.models import Client
from core.clients.status import status_of
from core.i18n import Translator

_FORMULA = tuple("=+-@\t\r")
_WIDTHS = (28, 18, 18, 20, 24, 30, 14, 60)


def escaped(cell: str) -> str:
    """An apostrophe before a sign that a spreadsheet would run; import takes it off again."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_file(kind: str, rows: Iterable[Sequence[str]], title: str) -> bytes:
    """A file of the kind `xlsx` or `csv`."""
    return as_xlsx(rows, title) if kind == "xlsx" else as_csv(rows)


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with its mark and semicolons, as Excel opens it by a double click."""
    text = StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([escaped(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Sequence[str]], sheet: str) -> bytes:
    """Every cell a text, the header bold and fixed."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet[:31])
        bold = book.add_format({"bold": True})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write_string(number, column, cell[:32_000], bold if number == 0 else None)
        page.freeze_panes(1, 0)
        for column, width in enumerate(_WIDTHS):
            page.set_column(column, column, width)
    return target.getvalue()


def client_rows(_: Translator, clients: Iterable[Client]) -> list[list[str]]:
    """A header that import recognises, and a row for each client."""
    titles = [_("E-mail"), _("First name"), _("Last name"), _("Phone"), _("Tags"), _("Comment")]
    header = [title.unescape() for title in [*titles, _("Status")]]
    return [header, *(_client_row(_, client) for client in clients)]


def _client_row(_: Translator, client: Client) -> list[str]:
    fields = [client.first_name, client.last_name, client.phone or "", ", ".join(client.tags)]
    return [readable(client.email), *fields, client.comment, status_of(_, client).unescape()]


def bad_rows(_: Translator, header: list[str], bad: list[BadRow]) -> list[list[str]]:
    """The refused rows as they were, with the row's number and the reason behind them."""
    width = max([len(header), *(len(row.cells) for row in bad)])
    titles = [_("Row").unescape(), _("What is wrong").unescape()]
    return [[*_padded(header, width), *titles], *(_bad_row(_, row, width) for row in bad)]


def _bad_row(_: Translator, row: BadRow, width: int) -> list[str]:
    reason = _(row.reason.text, **row.reason.fields).unescape()
    return [*_padded(row.cells, width), str(row.number), reason]


def _padded(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))
