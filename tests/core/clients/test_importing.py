from datetime import datetime

import pytest

from core.clients import importing, queries, service, sheets
from core.clients.forms import ClientForm
from core.clients.table import read_table
from core.db import Transaction
from core.errors import Invalid
from core.i18n import translator
from tests import factories

FILE = """Имя;Почта;Тел;Метки
Анна;anna@example.org;8 999 123-45-67;vip
Иван;не знаю;;
;ANNA@example.org;;Москва
Пётр;petr@example.org;123;

Ольга;olga@example.org;—;
"""


async def test_rows_are_sorted_into_good_and_bad() -> None:
    table = await read_table("c.csv", FILE.encode())
    done = importing.sort_rows(table, table.columns, "RU")
    assert done.forms == [
        ClientForm("ANNA@example.org", "Анна", "", "+79991234567", "", ("vip", "Москва")),
        ClientForm("olga@example.org", "Ольга"),
    ]
    assert done.repeats == 1
    assert [(row.number, row.cells[0]) for row in done.bad] == [(3, "Иван"), (5, "Пётр")]


async def test_the_preview_shows_the_first_rows() -> None:
    table = await read_table("c.csv", FILE.encode())
    first = importing.sample(table, table.columns)[0]
    assert first == {
        "email": "anna@example.org",
        "first_name": "Анна",
        "phone": "8 999 123-45-67",
        "tags": "vip",
    }


async def test_without_an_address_column_nothing_is_loaded() -> None:
    table = await read_table("c.csv", FILE.encode())
    with pytest.raises(Invalid):
        importing.sort_rows(table, {"name": 0}, "RU")


def test_typed_lines_are_sorted_the_same_way() -> None:
    done = importing.sort_lines(["Анна anna@example.org", "", "Иван"], "RU")
    assert [form.first_name for form in done.forms] == ["Анна"]
    assert [row.number for row in done.bad] == [3]


async def test_refused_rows_come_back_with_the_reason() -> None:
    table = await read_table("c.csv", FILE.encode())
    bad = importing.sort_rows(table, table.columns, "RU").bad
    rows = sheets.bad_rows(translator("en"), table.header, bad)
    back = await read_table("bad.csv", sheets.as_csv(rows))
    assert back.header == ["Имя", "Почта", "Тел", "Метки", "Row", "What is wrong"]
    assert back.rows[0][:2] == ["Иван", "не знаю"]
    assert "“не знаю” is not one e-mail address" in back.rows[0][5]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_an_export_is_read_back_as_it_was(tx: Transaction, now: datetime, kind: str) -> None:
    owner = await factories.user(tx)
    form = ClientForm("anna@example.org", "=cmd()", "-Петрова", "+79991234567", "@x", ("vip", "b"))
    await service.import_rows(tx, owner, [form], now)
    rows = sheets.client_rows(translator("ru"), (await queries.page(tx, owner)).rows)
    data = sheets.as_csv(rows) if kind == "csv" else sheets.as_xlsx(rows, "Clients")
    table = await read_table(f"clients.{kind}", data)
    assert importing.sort_rows(table, table.columns, "RU").forms == [form]


@pytest.mark.parametrize("cell", ["=1+1", "+7999", "-1", "@sum", "\tx", "\rx"])
def test_no_cell_of_a_csv_is_a_formula(cell: str) -> None:
    assert sheets.escaped(cell) == f"'{cell}"
