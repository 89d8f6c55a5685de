"""docs/security.md names tests that exist; checks that belong to no single part."""

import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.db import Transaction
from core.sessions.models import Password
from core.users.models import User

ROOT = Path(__file__).parent.parent
TABLE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)))
PRODUCT = ("admin_web", "bot", "core", "workers")
OPENS_ADDRESSES = re.compile(r"\b(?:ClientSession|urlopen|urlretrieve|HTTPS?Connection|httpx)\b")


@pytest.mark.parametrize(("path", "name"), NAMED, ids=["::".join(named) for named in NAMED])
def test_each_test_that_the_table_names_is_there(path: str, name: str) -> None:
    source = (ROOT / path).read_text()
    assert re.search(rf"^(?:async )?def {name}\(", source, re.MULTILINE)


def test_the_table_has_all_sixty_each_with_a_test_and_a_result() -> None:
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TABLE, re.MULTILINE)
    assert [int(number) for number, *_rest in rows] == list(range(1, 61))
    assert all("::test_" in tests and result.strip() for _n, _what, tests, result in rows)


def test_nothing_opens_an_address_that_people_typed() -> None:
    sources = (path for part in PRODUCT for path in (ROOT / part).rglob("*.py"))
    found = {str(p.relative_to(ROOT)) for p in sources if OPENS_ADDRESSES.search(p.read_text())}
    assert found == {"core/jobs/rabbit.py"}  # RabbitMQ's own figures, by the settings' address


async def test_a_new_installation_has_neither_user_nor_password(tx: Transaction) -> None:
    for model in (User, Password):
        assert await tx.scalar(select(func.count()).select_from(model)) == 0
