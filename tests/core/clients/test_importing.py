from pathlib import Path

import pytest

from core.clients import importing, sheets
from core.clients.forms import ClientForm
from core.clients.table import Table, read_table
from core.errors import Invalid
from core.i18n import translator

FILE = """Имя;Почта;Тел;Метки
Анна;anna@example.org;8 999 123-45-67;vip
Иван;не знаю;;
;ANNA@example.org;;Москва
Пётр;petr@example.org;123;

Ольга;olga@example.org;—;
"""


def test_rows_are_sorted_into_good_and_bad() -> None:
    table = read_table("c.csv", FILE.encode())
    done = sort(table, table.columns)
    assert done.forms == [
        ClientForm("ANNA@example.org", "Анна", "", "+79991234567", "", ("vip", "Москва")),
        ClientForm("olga@example.org", "Ольга"),
    ]
    assert done.repeats == 1
    assert [(row.number, row.cells[0]) for row in done.bad] == [(3, "Иван"), (5, "Пётр")]


def test_without_an_address_column_nothing_is_loaded() -> None:
    table = read_table("c.csv", FILE.encode())
    with pytest.raises(Invalid):
        sort(table, {"name": 0})


def test_typed_lines_are_sorted_the_same_way() -> None:
    done = importing.sort_lines(["Анна anna@example.org", "", "Иван"], "RU")
    assert [form.first_name for form in done.forms] == ["Анна"]
    assert [row.number for row in done.bad] == [3]


def test_refused_rows_come_back_with_the_reason(tmp_path: Path) -> None:
    table = read_table("c.csv", FILE.encode())
    refused = sheets.Refused(tmp_path / "bad.csv", table, translator("en"))
    refused.write(sort(table, table.columns).bad)
    refused.close()
    back = read_table("bad.csv", (tmp_path / "bad.csv").read_bytes())
    assert back.header == ["Имя", "Почта", "Тел", "Метки", "Row", "What is wrong"]
    first = next(iter(back.rows))
    assert first[:2] == ["Иван", "не знаю"]
    assert "“не знаю” is not one e-mail address" in first[5]


@pytest.mark.parametrize("cell", ["=1+1", "+7999", "-1", "@sum", "\tx", "\rx", "'tis"])
def test_no_cell_of_a_csv_is_a_formula(cell: str) -> None:
    assert sheets.escaped(cell) == f"'{cell}"


def test_an_address_that_comes_again_much_later_is_counted_once() -> None:
    rows = [f"c{n}@example.org" for n in range(importing.BATCH + 10)]
    table = read_table("c.csv", "\n".join(["E-mail", *rows, rows[0].upper()]).encode())
    first, second = importing.sort_rows(table, table.columns, "RU")
    assert (len(first.forms), first.again, first.repeats) == (importing.BATCH, set(), 0)
    assert (len(second.forms), second.again, second.repeats) == (11, {rows[0]}, 1)


def sort(table: Table, columns: dict[str, int]) -> importing.Sorted:
    return importing.whole(importing.sort_rows(table, columns, "RU"))
