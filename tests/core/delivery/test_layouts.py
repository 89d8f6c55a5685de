"""What is in a run's mail: the layout that a schedule's `template_render` names, as the seed's
calls do, and a recipient's values."""

from datetime import datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from core.clients.models import OwnField
from core.db import Transaction
from core.delivery.claims import Row
from core.delivery.models import Run
from core.delivery.press import Press
from core.mailings.models import Mailing
from core.messages.models import MessageVersion
from core.scheduling.recurrence import Recurrence
from core.scheduling.service import update_task_interval
from core.settings import Settings
from tests.core.delivery.makers import started
from tests.core.mail.makers import body, parsed

SETTINGS = Settings(
    secret_key=SecretStr("a key for tests only, long enough"), mail_from="center@mail.example"
)


async def html_of(tx: Transaction, run: Run, now: datetime, **values: str) -> str:
    press = Press(SETTINGS, run.id)
    await press.prepare(tx, {run.version_id}, now)
    row = Row(1, "ivan@example.com", {"name": "Иван", **values}, run.version_id, 1, "c")
    return body(parsed(bytes(press.envelope(row).content)), "html")


@pytest.mark.parametrize(
    ("given", "has_headline"),
    [("layouts/card.html", True), ("card", True), ("mail_form/mail_send_form.html", False)],
)
async def test_a_schedule_names_the_layout(
    tx: Transaction, now: datetime, given: str, has_headline: bool
) -> None:
    run = await started(tx, now, 1)
    assert 'class="headline"' not in await html_of(tx, run, now)
    mailing = await tx.get_one(Mailing, run.mailing_id)
    once = Recurrence("once")
    await update_task_interval(mailing, once, now, (), template_render=given, now=now)
    assert ('class="headline"' in await html_of(tx, run, now)) == has_headline


async def test_an_owners_own_field_is_filled_in(tx: Transaction, now: datetime) -> None:
    run = await started(tx, now, 1)
    mailing = await tx.get_one(Mailing, run.mailing_id)
    version = await tx.scalar(select(MessageVersion).where(MessageVersion.id == run.version_id))
    assert version is not None
    version.html = "<p>Размер {размер|любой}, {цвет}</p>"
    assert "Размер {размер|любой}" in await html_of(tx, run, now)
    field = {"key": "размер", "title": "Размер", "kind": "text", "created_at": now}
    tx.add(OwnField(owner_id=mailing.owner_id, **field))
    await tx.flush()
    assert "Размер XL, {цвет}" in await html_of(tx, run, now, размер="XL")
    assert "Размер любой" in await html_of(tx, run, now)


async def test_an_address_is_written_in_its_own_script(tx: Transaction, now: datetime) -> None:
    run = await started(tx, now, 1)
    version = await tx.get_one(MessageVersion, run.version_id)
    version.html = "<p>Вы подписаны как {email}</p>"
    press = Press(SETTINGS, run.id)
    await press.prepare(tx, {run.version_id}, now)
    kept = "ivan@xn--e1afmkfd.xn--p1ai"
    mail = press.envelope(Row(1, kept, {"email": kept}, run.version_id, 1, "c"))
    read = parsed(bytes(mail.content))
    assert "Вы подписаны как ivan@пример.рф" in body(read, "html")
    assert kept in str(read["To"])
    assert mail.recipient == kept
