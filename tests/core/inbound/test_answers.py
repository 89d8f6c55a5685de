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


@pytest.mark.parametrize(
    "quoting",
    [
        "пн, 2 мар. 2026 г. в 10:00, Магазин <post@example.org>:",
        "Понедельник, 2 марта 2026, 10:00 +03:00 от Магазин ‹post@example.org›:",
        '----------------\n02.03.2026, 10:00, "Магазин" <post@example.org>:',
        "On Mon, Mar 2, 2026 at 10:00 AM The Flower Shop of Anna <\npost@example.org> wrote:",
        "On Mon, Mar 2, 2026 at 10:00 AM Anna <post@example.org>\nwrote:",
        "Am 02.03.2026 um 10:00 schrieb Shop:",
        "Le lun. 2 mars 2026 à 10:00, Shop <post@example.org> a écrit :",
        "2026年3月2日 Shop <post@example.org>写道：",
        "Sent from my iPhone\n\nOn 2 Mar 2026, at 10:00, Shop wrote:",
        "Отправлено из мобильной Почты Mail.ru\n\n02.03.2026, 10:00, Магазин пишет:",
        "________________________________\nОт: Магазин <post@example.org>",
    ],
)
def test_mail_programs_introduce_what_they_quote_each_in_its_own_words(quoting: str) -> None:
    mail = f"Да, беру.\n\n{quoting}\nПривет"
    [found] = [read(answer("a@b.example", "x.y@example.org", mail)).answer]
    assert found
    assert found.text == "Да, беру."


@pytest.mark.parametrize(
    "words",
    [
        "Мне 5 раз писали: где заказ?",
        "Приду 2 марта 2026 в 10:00",
        "Хочу к 10:00, вот адрес: Ленина 5",
        "Отправлено из Москвы вчера",
    ],
)
def test_a_clients_own_words_are_kept(words: str) -> None:
    mail = words.replace(": ", ":\n")
    [found] = [read(answer("a@b.example", "x.y@example.org", mail)).answer]
    assert found
    assert found.text == words


def test_who_writes_that_an_order_did_not_come_has_written_an_answer() -> None:
    mail = answer("a@b.example", "x.y@example.org", "Заказ на 500 рублей could not be delivered")
    report = read(mail.replace(b"Subject: Re: Hello", b"Subject: Delivery problem with my order"))
    assert report.answer
    assert report.answer.text == "Заказ на 500 рублей could not be delivered"


async def test_halves_of_characters_are_read_as_they_were_written(
    tx: Transaction, row: Delivery, now: datetime
) -> None:
    mail = answer("anna@client.example", message_id(SETTINGS, row), "\xff \\ud800 Hello")
    mail = mail.decode().replace("utf-8", "unicode_escape").encode("latin-1")
    assert await service.take(tx, BOXES, "", read(mail), now) == "answer"
    [news] = await told(tx)
    assert news.data["text"] == "\xff \\ud800 Hello"
