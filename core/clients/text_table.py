"""CSV as programs really write it: four encodings, four delimiters, quotes or none."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from typing import Any

from core.errors import Invalid
from core.i18n import N_

_DELIMITERS = ";,\t|"
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_MAX_COLUMNS = 200
_MAX_CELL = 100_000
_LOOKED_AT = 20_000
_CHUNK = 1024 * 1024
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


def encoding_of(data: bytes) -> str:
    """By the byte order mark, else UTF-8, else UTF-16 by its zeros, else Windows-1251."""
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return encoding
    if _zeros(data):
        return _utf16(data)
    return "utf-8" if _is_utf8(data) else "cp1251"


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def unescaped(cell: str) -> str:
    """A cell without the apostrophe that an export puts before a formula's first sign."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


_FORMULA = frozenset("=+-@\t\r'")


def _zeros(data: bytes) -> bool:
    sample = data[:4096]
    return sample.count(0) > len(sample) // 5


def _utf16(data: bytes) -> str:
    even, odd = data[:4096:2].count(0), data[1:4096:2].count(0)
    return "utf-16-be" if even > odd else "utf-16-le"


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
