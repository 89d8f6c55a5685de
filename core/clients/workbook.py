"""Workbooks (XLSX, XLSM, XLS, XLSB, ODS) as rows of text."""

from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from core.clients.archive import BROKEN, inspect
from core.errors import Invalid

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_MAX_COLUMNS = 200
_MIDNIGHT = time()


def is_one(data: bytes) -> bool:
    """Whether the bytes are a workbook, whatever the file is called."""
    return data.startswith((_ZIP, _OLE))


def rows(data: bytes) -> Iterator[list[str]]:
    """The first sheet that has something, from its very first row on."""
    if data.startswith(_ZIP):
        inspect(data)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height:
                return ([_text(cell) for cell in row[:_MAX_COLUMNS]] for row in sheet.iter_rows())
    except (CalamineError, OSError, ValueError) as error:
        raise Invalid(BROKEN) from error
    return iter(())


def _text(cell: Any) -> str:
    """A cell as it is read on the screen: phone numbers are kept as numbers without a point."""
    if isinstance(cell, str):
        return cell.strip().replace("\0", "")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == _MIDNIGHT else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip().replace("\0", "")
