"""The list as a file, and the file as a list again."""

import json
from datetime import date, datetime

import pytest

from core.clients import exporting, own, reading, writing
from core.clients.columns import plain
from core.clients.forms import ClientForm
from core.clients.reading import Order
from core.clients.table import read_table
from core.db import Transaction
from tests import factories
from tests.core.clients.makers import KEYS

NASTY = ClientForm(
    "anna@example.org",
    "=cmd()",
    "-Петрова",
    "+79991234567",
    "'@x\nи ещё",
    ("vip", "b"),
    "+Лён",
    "DE",
    "'s-Gravenhage",
    "Europe/Berlin",
    "en",
    "@форма",
    date(2026, 1, 2),
    {"рост": "-1.5", "карта": "=1+1"},
)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("locale", ["ru", "en"])
async def test_an_export_is_read_back_as_it_was(
    tx: Transaction, now: datetime, kind: str, locale: str
) -> None:
    owner = await factories.user(tx)
    fields = [
        await own.add(tx, owner, "Рост", "number", now),
        await own.add(tx, owner, "Карта", "text", now),
    ]
    await writing.import_rows(tx, owner, [NASTY], now, KEYS)
    async with exporting.exported(tx, owner, fields, kind, locale) as [path]:
        data = path.read_bytes()
    titles = {plain(field.title): own.column_of(field) for field in fields}
    seen = await reading.look(f"clients.{kind}", data, titles)
    order = Order(f"clients.{kind}", seen.columns, "RU", locale, own.kinds_of(fields))
    async with reading.check(data, order) as checked:
        [(rows, _row)] = [batch async for batch in checked.batches()]
    assert checked.bad == 0
    assert json.loads(rows) == [json.loads(json.dumps(NASTY.given()))]


async def test_no_cell_of_a_csv_is_a_formula(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    await writing.import_rows(tx, owner, [NASTY], now, KEYS)
    async with exporting.exported(tx, owner, [], "csv", "ru") as [path]:
        row = path.read_text("utf-8-sig").splitlines()[1].split(";")
    assert row[1:5] == ["'=cmd()", "'-Петрова", "'+79991234567", "'+Лён"]


async def test_a_very_long_list_comes_in_parts(
    tx: Transaction, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PART", 2)
    monkeypatch.setattr(exporting, "SLICE", 2)
    owner, other = await factories.user(tx), await factories.user(tx)
    await factories.client(tx, other)
    forms = [ClientForm(f"c{n}@example.org") for n in range(5)]
    await writing.import_rows(tx, owner, forms, now, KEYS)
    async with exporting.exported(tx, owner, [], "csv", "ru") as files:
        tables = [read_table("c.csv", path.read_bytes()) for path in files]
    found = [[row[0] for row in table.rows] for table in tables]
    assert found == [
        ["c0@example.org", "c1@example.org"],
        ["c2@example.org", "c3@example.org"],
        ["c4@example.org"],
    ]
