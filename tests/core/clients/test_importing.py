from pathlib import Path

import pytest

from core.clients import importing, sheets
from core.clients.forms import FIELDS, ClientForm
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
        ClientForm("petr@example.org", "Пётр"),
        ClientForm("olga@example.org", "Ольга"),
    ]
    assert done.repeats == 1
    assert [(row.number, row.cells[0]) for row in done.bad] == [(3, "Иван")]
    assert [(row.number, [*row.wrong]) for row in done.parts] == [(5, ["phone"])]


def test_any_value_but_the_address_is_left_out_when_it_is_wrong() -> None:
    columns = dict(zip((*FIELDS, "own1"), range(20), strict=False))
    wrong = ["a@example.org", "<b>", *["<b>"] * 2, "1", "x" * 500, "Nowhere", "x" * 500, "Nowhere"]
    wrong += ["Nonsense", "x" * 50, "x" * 2000, "x" * 500, "31.31.2026", "many"]
    table = Table("c.csv", [], [wrong], columns, 1)
    [batch] = importing.sort_rows(table, columns, "RU", {"own1": ("count", "number")}, ["vip"])
    assert batch.forms == {"a@example.org": ClientForm("a@example.org", tags=("vip",))}
    [row] = batch.parts
    assert {*row.wrong} == {*columns} - {"email", "name"}


def test_a_tag_for_everybody_is_left_out_where_there_are_too_many() -> None:
    tags = ",".join(f"t{n}" for n in range(20))
    table = read_table("c.csv", f'E-mail;Метки\na@example.org;"{tags}"\n'.encode())
    [batch] = importing.sort_rows(table, table.columns, "RU", tags=["vip"])
    assert batch.forms["a@example.org"].tags == tuple(tags.split(","))
    assert [[*row.wrong] for row in batch.parts] == [["tags"]]


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
    done = sort(table, table.columns)
    refused.write([*done.parts, *done.bad])
    refused.close()
    assert (refused.rows, refused.left_out) == (1, {"phone": 1})
    back = read_table("bad.csv", (tmp_path / "bad.csv").read_bytes())
    assert back.header == ["Имя", "Почта", "Тел", "Метки", "Row", "What is wrong"]
    first, second = back.rows
    assert first[:2] == ["Иван", "не знаю"]
    assert "“не знаю” is not one e-mail address" in first[5]
    assert second[5].startswith("Loaded without this: “123” is not a phone number")


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
