"""The ZIP of all that is kept of an owner: whole, of nobody else, without secrets."""

import csv
import json
import os
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from core.accounts.models import SmtpAccount
from core.db import Transaction
from core.errors import TooSoon
from core.leaving import export
from core.mailings.models import Mailing
from core.messages.models import MessageFile
from core.users import photo
from core.users.models import User
from tests import factories
from tests.core.delivery import makers


async def archive(tx: Transaction, user: User, folder: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in await export.collect(tx, user, folder):
        with ZipFile(part) as opened:
            assert opened.testzip() is None
            found |= {name: opened.read(name) for name in opened.namelist()}
    return found


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig")), delimiter=";"))


async def test_everything_of_an_owner_is_in_it_and_nothing_of_others(
    tx: Transaction, now: datetime, tmp_path: Path
) -> None:
    run = await makers.started(tx, now)
    mailing = await tx.get_one(Mailing, run.mailing_id)
    owner = await tx.get_one(User, mailing.owner_id)
    await photo.put(tx, owner, b"photo", now)
    tx.add(
        MessageFile(
            message_id=mailing.message_id, name="a.txt", mime="text/plain", size=2, content=b"hi"
        )
    )
    stranger = await factories.user(tx)
    await factories.client(tx, stranger, email="foreign@example.com")
    await makers.mailing(tx, now, owner=stranger)
    found = await archive(tx, owner, tmp_path)
    assert json.loads(found["profile.json"])["email"] == owner.email
    assert found["photo.jpg"] == b"photo"
    assert len(rows(found["clients.csv"])) == len(rows(found["deliveries.csv"])) == 3
    assert [row["id"] for row in rows(found["mailings.csv"])] == [str(mailing.id)]
    assert rows(found["schedules.csv"])[0]["object_id"] == str(mailing.id)
    assert b"hi" in {content for name, content in found.items() if name.startswith("files/")}
    assert b"foreign@example.com" not in b"".join(found.values())


async def test_passwords_stay_inside_and_formulas_are_no_formulas(
    tx: Transaction, now: datetime, tmp_path: Path
) -> None:
    owner = await factories.user(tx)
    await factories.client(tx, owner, first_name="=cmd()")
    account = SmtpAccount(owner_id=owner.id, name="own", host="smtp.example.org", port=587)
    account.security, account.from_address, account.created_at = "starttls", "a@b.example", now
    account.username, account.password = "a@b.example", "sealed-secret"
    tx.add(account)
    await tx.flush()
    found = await archive(tx, owner, tmp_path)
    assert b"sealed-secret" not in b"".join(found.values())
    assert rows(found["smtp_accounts.csv"])[0]["host"] == "smtp.example.org"
    assert rows(found["clients.csv"])[0]["first_name"] == "'=cmd()"


async def test_it_is_made_once_an_hour(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx)
    await export.ask(tx, owner, 7, now)
    assert [each.export_chat_id for each in await export.wanted(tx)] == [7]
    with pytest.raises(TooSoon) as refused:
        await export.ask(tx, owner, 7, now + timedelta(minutes=20))
    assert refused.value.fields["minutes"] == 40
    await export.sent(tx, owner.id)
    assert not await export.wanted(tx)
    await export.ask(tx, owner, 7, now + export.PAUSE)


async def test_what_is_large_goes_in_parts(tmp_path: Path) -> None:
    made = export.Archive(tmp_path)
    for number in range(3):
        made.file(f"{number}.bin", os.urandom(export.LARGEST // 2 + 1))
    assert len(made.close()) == 3
