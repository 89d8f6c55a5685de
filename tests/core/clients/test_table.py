import zipfile
from io import BytesIO

import pytest
import xlsxwriter

from core.clients import table, text_table
from core.clients.columns import field_of
from core.clients.table import read_table
from core.errors import Invalid
from core.i18n import translator

TEXT = "ФИО;E-mail;Моб.\nАнна Петрова;anna@example.org;+7 999 123-45-67\nИван;ivan@example.org;\n"


def workbook(rows: list[list[object]], sheets: tuple[str, ...] = ("List",)) -> bytes:
    """An XLSX whose last sheet has the rows."""
    target = BytesIO()
    with xlsxwriter.Workbook(target) as book:
        pages = [book.add_worksheet(name) for name in sheets]
        for number, row in enumerate(rows):
            pages[-1].write_row(number, 0, row)
    return target.getvalue()


async def refusal(name: str, data: bytes) -> str:
    """What the person is told about a file."""
    with pytest.raises(Invalid) as refused:
        read_table(name, data)
    return translator("en")(refused.value.text, **refused.value.fields).unescape()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"]
)
async def test_every_usual_encoding_is_read(encoding: str) -> None:
    read = read_table("clients.csv", TEXT.encode(encoding))
    assert read.header == ["ФИО", "E-mail", "Моб."]
    assert next(iter(read.rows)) == ["Анна Петрова", "anna@example.org", "+7 999 123-45-67"]
    assert read.columns == {"email": 1, "name": 0, "phone": 2}


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
async def test_every_usual_delimiter_is_found(delimiter: str) -> None:
    read = read_table("clients.txt", TEXT.replace(";", delimiter).encode())
    assert len(read.header) == 3


async def test_a_comma_in_quotes_does_not_mislead() -> None:
    data = 'Name;E-mail\n"Petrova, Anna, vip";a@example.org\n"Ivanov, I";i@example.org\n'
    read = read_table("c.csv", data.encode())
    assert next(iter(read.rows)) == ["Petrova, Anna, vip", "a@example.org"]


async def test_excel_names_its_delimiter() -> None:
    read = read_table("c.csv", b"sep=|\r\nE-mail|Tags\r\na@example.org|a;b;c\r\n")
    assert read.rows == [["a@example.org", "a;b;c"]]


async def test_a_file_without_a_header_is_told_by_its_values() -> None:
    read = read_table("c.csv", b"Anna,8 999 123-45-67,a@example.org\nIvan,,i@example.org\n")
    assert (read.first_row, len(list(read.rows))) == (1, 2)
    assert read.columns == {"email": 2, "name": 0, "phone": 1}


async def test_a_title_above_the_header_is_skipped() -> None:
    data = "Наши клиенты;;\n;;\nИмя;Почта;Метки\nАнна;a@e.org;vip"
    read = read_table("c.csv", data.encode())
    assert read.columns == {"email": 1, "first_name": 0, "tags": 2}
    assert read.first_row == 4


async def test_an_address_in_the_title_above_is_no_client() -> None:
    data = "Клиенты магазина info@shop.ru;;\nИмя;Почта;Метки\nАнна;a@e.org;vip"
    read = read_table("c.csv", data.encode())
    assert (read.rows, read.columns["email"]) == ([["Анна", "a@e.org", "vip"]], 1)


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("E-mail 1 - Value", "email"),
        ("E-mail Address", "email"),
        ("Адрес эл. почты", "email"),
        ("Given Name", "first_name"),
        ("Family Name", "last_name"),
        ("Phone 1 - Value", "phone"),
        ("Мобильный телефон", "phone"),
        ("Group Membership", "tags"),
        ("Ф.И.О.", "name"),
        ("Примечание", "comment"),
        ("Birthday", None),
    ],
)
def test_headers_of_google_outlook_and_yandex_are_known(title: str, field: str | None) -> None:
    assert field_of(title) == field


async def test_a_workbook_is_read_with_numbers_as_written() -> None:
    rows: list[list[object]] = [["Имя", "Почта", "Телефон"], ["Анна", "a@example.org", 79991234567]]
    read = read_table("clients.xlsx", workbook(rows))
    assert read.rows == [["Анна", "a@example.org", "79991234567"]]
    assert read.kind == "xlsx"


async def test_the_first_sheet_with_something_is_taken() -> None:
    read = read_table("c.xlsx", workbook([["E-mail"], ["a@e.org"]], ("Empty", "List")))
    assert read.rows == [["a@e.org"]]


async def test_a_workbook_called_csv_is_read_all_the_same() -> None:
    assert read_table("c.csv", workbook([["E-mail"], ["a@e.org"]])).rows == [["a@e.org"]]


@pytest.mark.parametrize("data", [b"", b"\n\n\n", b"Name;E-mail\n;;\n"])
async def test_a_file_without_clients_is_answered_with_what_is_expected(data: bytes) -> None:
    assert "no clients" in await refusal("c.csv", data)


async def test_other_files_are_refused_by_name() -> None:
    assert "“cat.png” is not a table" in await refusal("cat.png", b"x")
    assert "not a text table" in await refusal("c.csv", b"a\0b" * 3 + b"x" * 500)


async def test_too_many_bytes_or_rows_name_the_limit() -> None:
    assert "up to 100 MB" in await refusal("c.csv", b"x" * (table.MAX_BYTES + 1))
    rows = b"E-mail\n" + b"a@example.org\n" * (table.MAX_ROWS + 1)
    assert "more than 500000 rows" in await refusal("c.csv", rows)


async def test_an_unclosed_quotation_mark_is_named() -> None:
    data = b'E-mail\n"a@example.org\n' + b"x" * 200_000
    assert "quotation mark" in await refusal("c.csv", data)


def zipped(name: str, content: bytes, times: int = 1) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for no in range(times):
            archive.writestr(f"{no}{name}", content)
    return target.getvalue()


async def test_a_bomb_is_refused_by_its_directory() -> None:
    bomb = zipped("sheet.xml", bytes(30 * 1024 * 1024), 8)
    assert len(bomb) < 1024 * 1024
    assert "far larger" in await refusal("c.xlsx", bomb)


async def test_a_bomb_whose_directory_lies_is_refused_all_the_same() -> None:
    size = 220 * 1024 * 1024
    bomb = zipped("sheet.xml", bytes(size)).replace(size.to_bytes(4, "little"), b"\1\0\0\0")
    assert "far larger" in await refusal("c.xlsx", bomb)


async def test_entities_are_refused() -> None:
    xml = b'<?xml version="1.0"?>' + b" " * 300_000 + b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert "outside itself" in await refusal("c.xlsx", zipped("a.xml", xml))


async def test_a_broken_workbook_is_named() -> None:
    whole = workbook([["E-mail"], ["a@e.org"]])
    assert "damaged" in await refusal("c.xlsx", whole[:-100])
    assert "damaged" in await refusal("c.xls", b"\xd0\xcf\x11\xe0" + b"x" * 2000)


def test_what_an_export_escaped_is_read_back() -> None:
    assert text_table.unescaped("'+79991234567") == "+79991234567"
    assert text_table.unescaped("'tis") == "'tis"


VCARD = """BEGIN:VCARD
VERSION:3.0
FN:Анна Петрова
N:Петрова;Анна;;;
TEL;TYPE=CELL:+7 999 123-45-67
EMAIL;TYPE=INTERNET:anna@example.org
item1.EMAIL:anna@work.exam
 ple
CATEGORIES:vip,Москва
NOTE:звонить\\, но утром
ORG:Лён\\, ООО;Склад
ADR;TYPE=WORK:;;ул. Баумана\\; 1;Казань;;420000;Россия
LANG:ru
PHOTO;ENCODING=b;TYPE=JPEG:AAAA
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD=D0=BE=D0=B2;=
=D0=98=D0=B2=D0=B0=D0=BD
EMAIL:ivan@example.org
END:VCARD
"""


async def test_contacts_of_a_phone_are_a_table_too() -> None:
    table = read_table("contacts.vcf", VCARD.replace("\n", "\r\n").encode())
    rest = ["+7 999 123-45-67", "vip,Москва", "звонить, но утром", "Лён, ООО", "Казань", "RU", "ru"]
    assert table.rows == [
        ["Анна Петрова", "anna@example.org", *rest],
        ["Анна Петрова", "anna@work.example", *rest],
        ["Иван Иванов", "ivan@example.org", *[""] * 7],
    ]
