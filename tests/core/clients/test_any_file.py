"""Whatever file is dropped into the chat: a table, or words about what is wrong."""

import csv
import zipfile
from io import BytesIO, StringIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.clients.line import parse_line
from core.clients.sheets import escaped
from core.clients.table import read_table
from core.errors import Invalid
from core.i18n import translator
from tests.core.clients.test_table import workbook

NAMES = st.sampled_from(["c.csv", "c.tsv", "c.txt", "c.xlsx", "c.xls", "c.ods", "c.vcf"])
STARTS = st.sampled_from(
    [
        *(b"", b"E-mail;Name\n", b"sep=;\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        *(b"\xff\xfe", b"\xef\xbb\xbf", b"BEGIN:VCARD\nFN:", b"\xfe\xffa"),
    ]
)
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
CARD_LINES = st.sampled_from(
    [
        *("BEGIN:VCARD", "END:VCARD", "FN:Anna", "N:P;A", "EMAIL:a@example.org", "EMAIL", "ORG:;"),
        *(
            "TEL;ENCODING=QUOTED-PRINTABLE;CHARSET=idna:=D0",
            "ADR:;;;;;;RU",
            " folded",
            "item1.FN:=",
        ),
        *("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=undefined:=D0=", "NOTE;CHARSET=base64:\\n\\"),
    ]
)


def told(refused: Invalid) -> None:
    """In both languages, with every gap filled."""
    for locale in ("ru", "en"):
        translator(locale)(refused.text, **refused.fields)


def look(name: str, data: bytes) -> list[list[str]] | None:
    """The rows, or None where the person is told what is wrong."""
    try:
        table = read_table(name, data)
    except Invalid as refused:
        told(refused)
        return None
    rows = [table.header, *table.rows]
    assert all(len(row) <= 200 for row in rows)
    assert all(0 <= column < len(table.header) for column in table.columns.values())
    return rows


@given(NAMES, STARTS, st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused_in_words(name: str, start: bytes, rest: bytes) -> None:
    look(name, start + rest)


@given(st.lists(CARD_LINES | st.text(max_size=20), max_size=20))
@example(["BEGIN:VCARD", "FN;ENCODING=QUOTED-PRINTABLE;CHARSET=idna:=D0", "END:VCARD"])
def test_any_cards_are_read(lines: list[str]) -> None:
    look("c.vcf", "\r\n".join(["BEGIN:VCARD", *lines]).encode("utf-8", "replace"))


@settings(max_examples=60)
@given(st.integers(0, 40), st.integers(0, 4000), st.binary(max_size=30))
def test_any_damaged_workbook_is_read_or_refused(which: int, at: int, noise: bytes) -> None:
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook([["E-mail", "Name"], ["a@example.org", "Anna"]]))) as good,
        zipfile.ZipFile(target, "w") as bad,
    ):
        parts = good.namelist()
        for part in parts:
            content = good.read(part)
            if part == parts[which % len(parts)]:
                content = content[: at % len(content)] + noise + content[at % len(content) + 9 :]
            bad.writestr(part, content)
    look("c.xlsx", target.getvalue())


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=8))
def test_any_cells_that_were_written_are_read_back(cells: list[list[str]]) -> None:
    target = StringIO(newline="")
    rows = [["E-mail", "Имя", "Комментарий"]]
    rows += [[f"a{n}@example.org", *row] for n, row in enumerate(cells)]
    csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL).writerows(
        [escaped(cell.strip()) for cell in row] for row in rows
    )
    got = look("c.csv", target.getvalue().encode("utf-8-sig"))
    assert got == [[cell.strip() for cell in row] for row in rows]


@given(st.text(max_size=80) | st.from_regex(r"\A[\w .@,;#+<>-]{0,80}\Z"))
def test_any_line_is_a_client_or_refused_in_words(line: str) -> None:
    try:
        form = parse_line(line, "RU")
    except Invalid as refused:
        told(refused)
        return
    assert form.email
    assert form.email.isascii() or "@" in form.email


@pytest.mark.parametrize("charset", ["idna", "undefined", "no-such", "base64"])
def test_a_card_in_an_odd_charset_is_read_as_well_as_can_be(charset: str) -> None:
    name = f"FN;ENCODING=QUOTED-PRINTABLE;CHARSET={charset}:=D0=90"
    card = ["BEGIN:VCARD", name, "EMAIL:a@b.ru", "END:VCARD"]
    assert read_table("c.vcf", "\n".join(card).encode()).rows == [["А", "a@b.ru", *[""] * 7]]
