"""The process that reads files of clients."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from core.clients import reading
from core.clients.reading import Order
from core.clients.table import read_table
from core.errors import Invalid
from tests.core.clients.test_table import workbook, zipped

FILE = """Имя;Почта;Тел;Рост
Анна;anna@example.org;8 999 123-45-67;1,72
Иван;не знаю;;
"""


async def test_a_look_tells_the_columns_the_first_rows_and_the_length() -> None:
    seen = await reading.look("c.csv", FILE.encode("cp1251"), {"рост": "own7"})
    assert seen.header == ["Имя", "Почта", "Тел", "Рост"]
    assert seen.columns == {"first_name": 0, "email": 1, "phone": 2, "own7": 3}
    assert seen.sample[0] == ["Анна", "anna@example.org", "8 999 123-45-67", "1,72"]
    assert seen.total == 2


async def test_good_rows_come_as_json_and_bad_ones_as_a_file() -> None:
    columns = {"first_name": 0, "email": 1, "phone": 2, "own7": 3}
    order = Order("c.csv", columns, "RU", "en", {"own7": ("рост", "number")}, ("vip",))
    async with reading.check(FILE.encode(), order) as checked:
        [(rows, row)] = [batch async for batch in checked.batches()]
        errors = read_table("errors.csv", checked.errors.read_bytes())
    assert row == 3
    assert json.loads(rows) == [
        {
            "email": "anna@example.org",
            "first_name": "Анна",
            "phone": "+79991234567",
            "tags": ["vip"],
            "own": {"рост": "1.72"},
        }
    ]
    assert (checked.bad, checked.repeats) == (1, 0)
    assert next(iter(errors.rows))[-2:] == [
        "3",
        "“не знаю” is not one e-mail address. It should look like anna@example.org",
    ]


async def test_a_file_that_is_refused_says_why() -> None:
    with pytest.raises(Invalid) as refused:
        await reading.look("c.csv", b"\n\n")
    assert refused.value.fields == {"name": "c.csv"}


async def test_cells_at_the_far_corner_end_only_their_own_reader() -> None:
    target = BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "E-mail")
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(Invalid, match="cannot be opened"):
        await reading.look("c.xlsx", target.getvalue())


async def test_a_workbook_gives_a_workbook_of_errors() -> None:
    data = workbook([["E-mail"], ["нет"]])
    async with reading.check(data, Order("c.xlsx", {"email": 0}, "RU", "ru")) as checked:
        assert [json.loads(rows) async for rows, _row in checked.batches()] == [[]]
        errors = read_table("errors.xlsx", checked.errors.read_bytes())
    assert errors.header == ["E-mail", "Строка", "Что не так"]


READER = """
import json, sys
from core.clients import reader
reader.main(json.loads(sys.argv[1]))
print(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells how much was used")
@pytest.mark.parametrize("size", [b"\1\0\0\0", None], ids=["a small size said", "its size said"])
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path, size: bytes | None) -> None:
    real = 300 * 1024 * 1024
    bomb = zipped("sheet.xml", bytes(real))
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(bomb.replace(real.to_bytes(4, "little"), size) if size else bomb)
    job = dict(name=path.name, path=str(path), titles=dict[str, str](), columns=None)  # noqa: C408
    command = [sys.executable, "-c", READER, json.dumps(job)]
    told = subprocess.run(command, cwd=reading.ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    refused, kilobytes = told.stdout.splitlines()
    assert "far larger" in json.loads(refused)["refused"]
    assert int(kilobytes) < 200_000
