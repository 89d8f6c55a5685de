"""CSV as programs really write it: four encodings, four delimiters, quotes or none."""

import csv
from collections import Counter
from io import StringIO
from itertools import islice

from core.errors import Invalid
from core.i18n import N_

_DELIMITERS = ";,\t|"
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_MAX_COLUMNS = 200
_MAX_CELL = 100_000


def read_rows(data: bytes, limit: int) -> list[list[str]]:
    """Rows of stripped cells, at most `limit`; empty rows at the end are left out."""
    text = decoded(data)
    if "\0" in text:
        raise Invalid(
            N_("This is not a text table. Please send a CSV, XLSX, XLS, ODS or vCard file.")
        )
    text, delimiter = _delimiter(text)
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [[unescaped(cell) for cell in row[:_MAX_COLUMNS]] for row in islice(reader, limit)]
    except csv.Error as error:
        raise Invalid(
            N_("Row {row} of the file cannot be read: a quotation mark is not closed."),
            row=reader.line_num,
        ) from error
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def decoded(data: bytes) -> str:
    """Text by its byte order mark, else UTF-8, else UTF-16 by its zeros, else Windows-1251."""
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        if not _zeros(data):
            return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")
    return data.decode(_utf16(data), "replace")


def unescaped(cell: str) -> str:
    """A cell without the apostrophe that an export puts before a formula's first sign."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in set("=+-@\t") else cell


def _zeros(data: bytes) -> bool:
    sample = data[:4096]
    return sample.count(0) > len(sample) // 5


def _utf16(data: bytes) -> str:
    even, odd = data[:4096:2].count(0), data[1:4096:2].count(0)
    return "utf-16-be" if even > odd else "utf-16-le"


def _delimiter(text: str) -> tuple[str, str]:
    """Excel's own `sep=;` line when there is one, else the sign that splits rows most evenly."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return rest, first[4]
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    return text, max(_DELIMITERS, key=lambda sign: _evenness(lines, sign))


def _evenness(lines: list[str], sign: str) -> tuple[int, int]:
    counts = Counter(n for line in lines if (n := _outside_quotes(line, sign)))
    columns, agreeing = counts.most_common(1)[0] if counts else (0, 0)
    return agreeing, columns


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])
