"""CSV as programs really write it: in many encodings, four delimiters, quotes or none."""

import csv
from collections import Counter
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from typing import Any

from core.clients.encodings import encoding_of
from core.errors import Invalid
from core.i18n import N_

_DELIMITERS = ";,\t|"
_MAX_COLUMNS = 200
_MAX_CELL = 100_000
_LOOKED_AT = 20_000
_NOT_TEXT = N_("This is not a text table. Please send a CSV, XLSX, XLS, ODS or vCard file.")


def rows(data: bytes) -> Iterator[list[str]]:
    """Rows of stripped cells, one after the other: the whole is never held as text."""
    encoding = encoding_of(data)
    text = TextIOWrapper(BytesIO(data), encoding, errors="replace", newline="")
    start = text.read(_LOOKED_AT)
    if "\0" in start:
        raise Invalid(_NOT_TEXT)
    delimiter, skip = _delimiter(start)
    text.seek(0)
    if skip:
        text.readline()
    return _cells(csv.reader(text, delimiter=delimiter))


def _cells(reader: Any) -> Iterator[list[str]]:
    csv.field_size_limit(_MAX_CELL)
    try:
        for row in reader:
            yield [unescaped(cell) for cell in row[:_MAX_COLUMNS]]
    except csv.Error as error:
        raise Invalid(
            N_("Row {row} of the file cannot be read: a quotation mark is not closed."),
            row=reader.line_num,
        ) from error


def unescaped(cell: str) -> str:
    """A cell without the apostrophe that an export puts before a formula's first sign."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


_FORMULA = frozenset("=+-@\t\r'")


def _delimiter(text: str) -> tuple[str, bool]:
    """Excel's own `sep=;` line when there is one, else the sign that splits rows most evenly."""
    first = text.partition("\n")[0]
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first[4], True
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    return max(_DELIMITERS, key=lambda sign: _evenness(lines, sign)), False


def _evenness(lines: list[str], sign: str) -> tuple[int, int]:
    counts = Counter(n for line in lines if (n := _outside_quotes(line, sign)))
    columns, agreeing = counts.most_common(1)[0] if counts else (0, 0)
    return agreeing, columns


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])
