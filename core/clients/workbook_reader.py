"""`python -m core.clients.workbook_reader LIMIT`: a workbook on stdin, CSV on stdout."""

import csv
import sys
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO, TextIOWrapper
from itertools import islice
from typing import Any

from python_calamine import CalamineWorkbook

_MEMORY = 512 * 1024 * 1024
_SECONDS = 40
_MAX_COLUMNS = 200


def main(limit: int) -> None:
    """Read under bounds; whatever goes wrong ends this process alone."""
    _bound()
    book = CalamineWorkbook.from_filelike(BytesIO(sys.stdin.buffer.read()))
    with TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="") as output:
        csv.writer(output).writerows(_rows(book, limit))


def _bound() -> None:
    try:
        import resource
    except ImportError:  # Windows has none; the caller's time limit still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _rows(book: Any, limit: int) -> Iterator[list[str]]:
    """Rows of the first sheet that has something, from its very first row on."""
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height:
            return (
                [_text(cell) for cell in row[:_MAX_COLUMNS]]
                for row in islice(sheet.iter_rows(), limit)
            )
    return iter(())


def _text(cell: Any) -> str:
    """A cell as it is read on the screen: phone numbers are kept as numbers without a point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, date | datetime):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell).strip().replace("\0", "")


if __name__ == "__main__":
    main(int(sys.argv[1]))
