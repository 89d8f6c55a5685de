"""Who answers a mailing answers its owner."""

from datetime import datetime

import pytest
from sqlalchemy import select

from core.db import Transaction
from core.delivery.models import Delivery, Run
from core.inbound import service
from core.inbound.mailboxes import Mailboxes
from core.mail.bounces import read
from core.mailings.models import Mailing
from core.users.news import News
from tests.core.delivery.makers import started
from tests.core.inbound.reports import answer, message_id
from tests.core.inbound.test_service import OTHERS, SETTINGS

BOXES = Mailboxes(SETTINGS)
AWAY = "Auto-Submitted: auto-replied\n"


@pytest.fixture
async def row(tx: Transaction, now: datetime) -> Delivery:
    run = await started(tx, now, 1)
    return (await tx.scalars(select(Delivery).where(Delivery.run_id == run.id))).one()


async def told(tx: Transaction) -> list[News]:
    return list(await tx.scalars(select(News)))


async def test_the_owner_is_told_the_new_words_once(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    mail = answer("anna@client.example", message_id(SETTINGS, row), "Спасибо! Есть ли красные?")
    for _time in range(2):
        assert await service.take(tx, BOXES, "", read(mail), now) == "answer"
    [news] = await told(tx)
    run = await tx.get_one(Run, row.run_id)
    mailing = await tx.get_one(Mailing, run.mailing_id)
    assert (news.kind, news.user_id) == ("reply", mailing.owner_id)
    assert news.data == {
        "mailing": mailing.id,
        "sender": "anna@client.example",
        "text": "Спасибо! Есть ли красные?",
    }


async def test_programs_that_answer_and_forged_references_are_nobodys_news(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    genuine, forged = message_id(SETTINGS, row), message_id(OTHERS, row)
    away = answer("a@client.example", genuine, "I am away until Monday", AWAY)
    assert await service.take(tx, BOXES, "", read(away), now) == "ignored"
    lie = answer("a@client.example", forged, "Hello")
    assert await service.take(tx, BOXES, "", read(lie), now) == "ignored"
    assert not await told(tx)


def test_what_is_quoted_is_left_out() -> None:
    mail = "Да, беру.\n> Привет\n\n24.11.2026 10:00, Магазин пишет:\nПривет"
    [found] = [read(answer("a@b.example", "x.y@example.org", mail)).answer]
    assert found
    assert found.text == "Да, беру."


async def test_halves_of_characters_are_read_as_they_were_written(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    mail = answer("anna@client.example", message_id(SETTINGS, row), "\xff \\ud800 Hello")
    mail = mail.decode().replace("utf-8", "unicode_escape").encode("latin-1")
    assert await service.take(tx, BOXES, "", read(mail), now) == "answer"
    [news] = await told(tx)
    assert news.data["text"] == "\xff \\ud800 Hello"
