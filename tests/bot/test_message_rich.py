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
from tests.bot.test_english import check_language
from tests.bot.test_message_files import mail, picture, written
from tests.core.richtext.makers import cell, listed, paragraph

BOTH = pytest.mark.parametrize("language", ["ru", "en"])
WORDS = {
    "ru": {
        "title": "Скидки до воскресенья",
        "hello": "Здравствуйте, ",
        "name": "{имя|друг}",
        "ivan": "Иван",
        "anna": "Анна",
        "caption": "Наш магазин",
        "head": ("Товар", "Цена"),
        "row": ("Чай", "270 ₽"),
        "table": "Товар |  Цена\n------+------\nЧай   | 270 ₽",
        "items": ("раз", "два"),
        "quote": "Лучший чай",
        "button": "В магазин",
        "with": "С письмом: 🖼 1",
        "take": "Взять эту тему",
        "saved": "Сообщение сохранено",
        "see": "Как увидит клиент",
        "sees": "Так увидит",
    },
    "en": {
        "title": "Sale until Sunday",
        "hello": "Hello, ",
        "name": "{first_name|friend}",
        "ivan": "Ivan",
        "anna": "Anna",
        "caption": "Our shop",
        "head": ("Goods", "Cost"),
        "row": ("Tea", "£2.70"),
        "table": "Goods |  Cost\n------+------\nTea   | £2.70",
        "items": ("one", "two"),
        "quote": "The best tea",
        "button": "To the shop",
        "with": "With the letter: 🖼 1",
        "take": "Take this subject",
        "saved": "The message is saved",
        "see": "How the client will see it",
        "sees": "will see it",
    },
}


def letter(language: str) -> list[dict[str, Any]]:
    """Everything that a rich message may hold."""
    w: dict[str, Any] = WORDS[language]
    return [
        {"type": "heading", "size": 1, "text": w["title"]},
        paragraph([w["hello"], {"type": "bold", "text": w["name"]}, "!"]),
        {"type": "photo", "photo": "shop", "caption": {"text": w["caption"]}},
        {"type": "table", "is_striped": True,
         "cells": [[cell(w["head"][0], head=True), cell(w["head"][1], "right", head=True)],
                   [cell(w["row"][0]), cell(w["row"][1], "right")]]},
        listed(*w["items"]),
        {"type": "blockquote", "blocks": [paragraph(w["quote"])]},
        {"type": "buttons",
         "buttons": [{"text": w["button"], "url": "https://example.org/buy"}]},
    ]  # fmt: skip


@pytest.fixture
def language() -> str:
    return "ru"


@pytest.fixture
async def owner(bot: Deps, meet: Meet, language: str) -> Owner:
    name = WORDS[language]["anna"]
    return await register(bot, meet(1, language), locale=language, name=name)


async def sent(bot: Deps, owner: Owner) -> MessageVersion:
    """The letter, written in one message."""
    says: dict[str, Any] = WORDS[owner.user.locale]
    await owner.go(MessageAction(verb="new"))
    await owner.person.rich(letter(owner.user.locale), shop=picture())
    asked = await owner.person.wait_for(says["with"])
    assert says["title"] in asked.text
    await owner.tap(says["take"], says["saved"])
    message = await written(bot, owner)
    assert message.version is not None
    return message.version


@BOTH
async def test_it_becomes_a_mail_of_the_same_shape(bot: Deps, owner: Owner, language: str) -> None:
    says: dict[str, Any] = WORDS[language]
    version = await sent(bot, owner)
    assert version.subject == says["title"]
    arrived = await mail(bot, version.id, says["ivan"])
    html = arrived.html
    assert says["title"] not in html[html.index("<body") :]  # the heading became the subject
    [shown] = [part for part in arrived.parts if f'src="cid:{part.cid}"' in html]
    assert Image.open(BytesIO(shown.content)).width == 1200
    order = [
        f"{says['hello']}<strong>{says['ivan']}</strong>!",
        "cid:",
        says["caption"],
        says["row"][1],
        "<li",
        says["quote"],
    ]
    assert sorted(map(html.index, order)) == list(map(html.index, order))
    assert 'href="https://example.org/buy"' in html
    assert "<blockquote" not in html
    first, second = says["items"]
    assert arrived.text.replace("\r\n", "\n").startswith(
        f"{says['hello']}{says['ivan']}!\n\n{says['caption']}\n\n{says['table']}\n\n"
        f"- {first}\n- {second}\n\n> {says['quote']}\n\n"
        f"{says['button']} (https://example.org/buy)"
    )


@BOTH
async def test_its_preview_is_a_rich_message_with_the_picture(
    bot: Deps, owner: Owner, language: str
) -> None:
    says: dict[str, Any] = WORDS[language]
    await sent(bot, owner)
    await owner.tap(says["see"], says["sees"])
    shown = await owner.person.wait_for(lambda seen: "rich_message" in seen.raw)
    kinds = [block["type"] for block in shown.raw["rich_message"]["blocks"]]
    assert kinds == ["paragraph", "photo", "table", "list", "blockquote", "buttons"]
    assert f"{says['hello']}{says['anna']}!" in shown.text
    assert shown.buttons == [says["button"]]
    page = await owner.person.wait_for(lambda seen: seen.document is not None)
    assert b"data:image/jpeg;base64," in owner.person.download(page)
    check_language(owner)


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
