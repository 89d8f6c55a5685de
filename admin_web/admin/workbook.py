"""A table as XLSX: moments are moments in the reader's zone, numbers numbers, all else text."""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkstemp
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from admin_web.admin.here import Here
from admin_web.admin.resource import Resource
from admin_web.admin.words import Show
from core.errors import Conflict
from core.i18n import N_

MOST = 1_048_575  # rows of a sheet below its head
EXACT = 10**15  # a larger number loses its last digits in a spreadsheet
LONGEST = 32_767  # characters of a cell
PIECE = 64 * 1024

TOO_MANY = N_("A workbook holds {most} rows at most. Narrow the list down, or take CSV.")


class Book:
    """Written to a file of its own as rows come, so that its size does not matter."""

    def __init__(self, at: Here, resource: Resource) -> None:
        handle, name = mkstemp(prefix="mail-center-", suffix=".xlsx")
        os.close(handle)
        self._path = Path(name)
        self._zone = ZoneInfo(at.user.timezone)
        self._book = xlsxwriter.Workbook(
            name, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheet = self._book.add_worksheet(resource.name[:31])
        self._sheet.freeze_panes(1, 0)
        self._row = 0
        show = Show(at._, at.user.timezone)
        bold = self._book.add_format({"bold": True})
        for n, column in enumerate(resource.shown()):
            self._sheet.set_column(n, n, 22)
            self._sheet.write_string(0, n, str(show.label(column, resource.name)), bold)

    def write(self, rows: Iterable[list[Any]]) -> None:
        """More rows; Conflict when a sheet holds no more."""
        for values in rows:
            self._row += 1
            if self._row > MOST:
                raise Conflict(TOO_MANY, most=MOST)
            for column, value in enumerate(values):
                self._cell(column, value)

    def _cell(self, column: int, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._row, column, value)
        elif isinstance(value, int | float) and abs(value) < EXACT:
            self._sheet.write_number(self._row, column, value)
        elif isinstance(value, timedelta):
            self._sheet.write_number(self._row, column, round(value.total_seconds(), 2))
        elif isinstance(value, datetime):
            local = value.astimezone(self._zone).replace(tzinfo=None)
            self._sheet.write_datetime(self._row, column, local, self._moment)
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            self._sheet.write_string(self._row, column, text[:LONGEST])

    def close(self) -> None:
        """Nothing more is written."""
        self._book.close()

    def pieces(self) -> Iterator[bytes]:
        """The file as it is sent."""
        with self._path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def forget(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)
