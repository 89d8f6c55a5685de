"""A rich message sent to the bot: what is written in Telegram is what arrives."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.messages.callbacks import MessageAction
from core.bootstrap import Deps
from core.messages import queries
from core.messages.models import MessageVersion
from demo.stand.serve import Running
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register
from tests.bot.test_message_files import mail, picture, written
from tests.core.richtext.makers import cell, listed, paragraph

LETTER: list[dict[str, Any]] = [
    {"type": "heading", "size": 1, "text": "Скидки до воскресенья"},
    paragraph(["Здравствуйте, ", {"type": "bold", "text": "{имя|друг}"}, "!"]),
    {"type": "photo", "photo": "shop", "caption": {"text": "Наш магазин"}},
    {"type": "table", "is_striped": True,
     "cells": [[cell("Товар", head=True), cell("Цена", "right", head=True)],
               [cell("Чай"), cell("270 ₽", "right")]]},
    listed("раз", "два"),
    {"type": "blockquote", "blocks": [paragraph("Лучший чай")]},
    {"type": "buttons", "buttons": [{"text": "В магазин", "url": "https://example.org/buy"}]},
]  # fmt: skip


@pytest.fixture
async def owner(bot: Deps, meet: Meet) -> Owner:
    return await register(bot, meet())


async def sent(bot: Deps, owner: Owner) -> MessageVersion:
    """The letter, written in one message."""
    await owner.go(MessageAction(verb="new"))
    await owner.person.rich(LETTER, shop=picture())
    asked = await owner.person.wait_for("С письмом: 🖼 1")
    assert "Скидки до воскресенья" in asked.text
    await owner.tap("Взять эту тему", "Сообщение сохранено")
    message = await written(bot, owner)
    assert message.version is not None
    return message.version


async def test_it_becomes_a_mail_of_the_same_shape(bot: Deps, owner: Owner) -> None:
    version = await sent(bot, owner)
    assert version.subject == "Скидки до воскресенья"
    letter = await mail(bot, version.id)
    html = letter.html
    assert "Скидки" not in html[html.index("<body") :]  # the heading became the subject
    [shown] = [part for part in letter.parts if f'src="cid:{part.cid}"' in html]
    assert Image.open(BytesIO(shown.content)).width == 1200
    order = [
        "Здравствуйте, <strong>Иван</strong>!",
        "cid:",
        "Наш магазин",
        "270 ₽",
        "<li",
        "Лучший",
    ]
    assert sorted(map(html.index, order)) == list(map(html.index, order))
    assert 'href="https://example.org/buy"' in html
    assert "<blockquote" not in html
    assert letter.text.replace("\r\n", "\n").startswith(
        "Здравствуйте, Иван!\n\nНаш магазин\n\nТовар |  Цена\n------+------\nЧай   | 270 ₽\n\n"
        "- раз\n- два\n\n> Лучший чай\n\nВ магазин (https://example.org/buy)"
    )


async def test_its_preview_is_a_rich_message_with_the_picture(bot: Deps, owner: Owner) -> None:
    await sent(bot, owner)
    await owner.tap("Как увидит клиент", "Так увидит")
    shown = await owner.person.wait_for(lambda seen: "rich_message" in seen.raw)
    kinds = [block["type"] for block in shown.raw["rich_message"]["blocks"]]
    assert kinds == ["paragraph", "photo", "table", "list", "blockquote", "buttons"]
    assert "Здравствуйте, Анна!" in shown.text
    assert shown.buttons == ["В магазин"]
    page = await owner.person.wait_for(lambda seen: seen.document is not None)
    assert b"data:image/jpeg;base64," in owner.person.download(page)


async def test_an_older_telegram_shows_an_ordinary_message(
    bot: Deps, owner: Owner, stand: Running
) -> None:
    stand.stand.takes_rich = False
    await sent(bot, owner)
    await owner.tap("Как увидит клиент", "Так увидит")
    shown = await owner.person.wait_for("Здравствуйте, Анна!")
    assert "Товар · Цена\nЧай · 270 ₽\n\n• раз\n• два" in shown.text


async def test_another_rich_message_takes_the_place_of_the_letter(bot: Deps, owner: Owner) -> None:
    version = await sent(bot, owner)
    await owner.go(MessageAction(verb="text", id=version.message_id))
    await owner.person.rich([paragraph("Совсем другое")])
    card = await owner.person.wait_for("Изменено")
    assert "Совсем другое" in card.text
    assert "🖼" not in card.text


async def test_what_no_letter_can_be_is_refused_in_words(bot: Deps, owner: Owner) -> None:
    await owner.go(MessageAction(verb="new"))
    await owner.person.rich([{"type": "divider"}])
    await owner.person.wait_for("Текста пока нет")
    await owner.person.rich([paragraph("Привет, {размер}!")])
    await owner.person.wait_for("Нет такой подстановки: {размер}")
    async with bot.sessions() as tx:
        assert (await queries.page(tx, owner.user)).total == 0
