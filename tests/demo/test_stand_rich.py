"""The stand takes rich messages, shows them, and refuses what Telegram refuses."""

from io import BytesIO
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InputRichMessage
from PIL import Image

from bot.kit.rich import edit_rich, send_rich
from demo.stand.person import Person
from demo.stand.serve import Running
from tests.core.richtext.makers import cell, paragraph

HTML = DefaultBotProperties(parse_mode="HTML")
LETTER = (
    "<h1>Sale</h1><p>Hello, <b>Anna</b>!</p>"
    "<table class='striped'><tr><th>Tea</th><th>Price</th></tr><tr><td>Green</td><td>20</td></tr>"
    "</table><ul><li>one<li>two</ul><blockquote>Good</blockquote>"
    "<details><summary>Terms</summary><p>Until Sunday</p></details>"
    '<p class="buttons"><a class="button primary" href="https://example.org">Buy</a></p>'
)


def picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (640, 320), "red").save(content, "JPEG")
    return content.getvalue()


def blocks(*given: dict[str, Any]) -> InputRichMessage:
    return InputRichMessage.model_construct(blocks=list(given))


async def test_a_rich_message_is_shown_with_its_shape(bot: Bot, anna: Person) -> None:
    await send_rich(bot, 1, LETTER)
    assert anna.last.text.split("\n") == [
        "Sale", "Hello, Anna!", "Tea | Price", "Green | 20", "• one", "• two", "Good", "Terms",
        "Until Sunday",
    ]  # fmt: skip
    [button] = anna.last.each_button()
    assert (button.text, button.url, button.style) == ("Buy", "https://example.org", "primary")
    assert "<h1>Sale</h1>" in anna.last.html
    assert '<table class="striped">' in anna.last.html


async def test_its_pictures_are_uploaded_with_it(bot: Bot, anna: Person) -> None:
    html = '<p>See</p><figure><img src="picture:a.jpg"><figcaption>Sun</figcaption></figure>'
    await send_rich(bot, 1, html, pictures={"picture:a.jpg": picture()})
    assert anna.last.text == "See\nSun"
    shown = anna.last.raw["rich_message"]["blocks"][1]["photo"][-1]
    assert (shown["width"], shown["height"]) == (640, 320)
    assert f"files/{shown['file_id']}/photo.jpg" in anna.last.html


async def test_a_text_is_edited_into_a_rich_message_and_back(bot: Bot, anna: Person) -> None:
    sent = await bot.send_message(1, "plain")
    await edit_rich(bot, 1, sent.message_id, LETTER)
    assert anna.last.text.startswith("Sale")
    await edit_rich(bot, 1, sent.message_id, LETTER)  # the same again is nothing
    await bot.edit_message_text("plain again", chat_id=1, message_id=sent.message_id)
    assert anna.last.text == "plain again"
    assert "rich_message" not in anna.last.raw


async def test_an_older_telegram_gets_an_ordinary_message(
    bot: Bot, anna: Person, stand: Running
) -> None:
    stand.stand.takes_rich = False
    await send_rich(bot, 1, LETTER, otherwise="instead")
    assert anna.last.text == "instead"
    ours = Bot(stand.stand.token, session=bot.session, default=HTML)
    sent = await send_rich(ours, 1, LETTER)
    assert anna.last.text.startswith("Sale\n\nHello, Anna!\n\nTea · Price\nGreen · 20")
    await edit_rich(ours, 1, sent.message_id, "<h1>Other</h1>")
    assert anna.last.text == "Other"


async def test_a_person_sends_one_and_the_bot_reads_its_blocks(bot: Bot, anna: Person) -> None:
    table = {"type": "table", "cells": [[cell("Tea", head=True), cell("20", "right")]]}
    photo = {"type": "photo", "photo": "sun", "caption": {"text": "Sun"}}
    items = [{"blocks": [paragraph("one")], "value": 1}]
    sent = await anna.rich([paragraph("Hi"), table, photo, {"type": "list", "items": items}],
                           sun=picture())  # fmt: skip
    assert sent.text == "Hi\nTea | 20\nSun\n1. one"
    [update] = [
        each for each in await bot.get_updates() if each.message and each.message.rich_message
    ]
    assert update.message is not None
    assert update.message.rich_message is not None
    assert [each.type for each in update.message.rich_message.blocks] == [
        "paragraph", "table", "photo", "list",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"type": "paragraph", "text": ""}, "must be non-empty"),
        ({"type": "heading", "size": 7, "text": "x"}, "from 1 to 6"),
        ({"type": "poem", "text": "x"}, "Unsupported type"),
        (paragraph({"type": "blinking", "text": "x"}), "Unsupported type"),
        (paragraph({"type": "url", "text": "x"}), "url must be specified"),
        (paragraph({"type": "date_time", "text": "x", "unix_time": 1, "date_time_format": "z"}),
         "date_time_format"),
        ({"type": "table", "cells": [[cell("x") | {"align": "up"}]]}, "wrong align"),
        ({"type": "table", "cells": [[cell("x")] * 21]}, "too many columns"),
        ({"type": "list", "items": []}, "must be non-empty"),
        ({"type": "photo", "photo": {"type": "photo", "media": "no-such-id"}}, "wrong file"),
        ({"type": "buttons", "buttons": [{"text": "x"}] * 9}, "1 to 8"),
        ({"type": "buttons", "buttons": [{"text": "x"}]}, "Text buttons are unallowed"),
        ({"type": "buttons", "buttons": [{"text": "x", "url": "https://a.b", "style": "link"}]},
         "callback buttons only"),
        ({"type": "buttons", "buttons": [{"text": "x", "callback_data": "x" * 65}]},
         "DATA_INVALID"),
        (paragraph("x" * 32_769), "too long"),
    ],
)  # fmt: skip
async def test_what_telegram_would_not_take(
    bot: Bot, anna: Person, block: dict[str, Any], told: str
) -> None:
    with pytest.raises(TelegramBadRequest, match=told):
        await bot.send_rich_message(1, blocks(block))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"html": "<h1>Hi</h1>", "markdown": "# Hi"}, "exactly one of"),
        ({}, "exactly one of"),
        ({"html": "<h1>Hi</h2>"}, "Unexpected end tag"),
        ({"html": "<marquee>Hi</marquee>"}, "Unsupported start tag"),
        ({"html": "<b>Hi"}, "find end tag"),
        ({"html": '<img src="tg://photo?id=sun">'}, "media sun is not specified"),
        ({"blocks": [paragraph("x")] * 501}, "too many blocks"),
    ],
)
async def test_a_message_is_one_whole_of_known_tags(
    bot: Bot, anna: Person, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(TelegramBadRequest, match=told):
        await bot.send_rich_message(1, InputRichMessage.model_construct(**given))


async def test_html_is_read_as_blocks(bot: Bot, anna: Person) -> None:
    html = "<h1>Hi</h1><p>See <a href='https://example.org'>here</a></p><hr/><footer>End</footer>"
    await bot.send_rich_message(1, InputRichMessage(html=html))
    kinds = [block["type"] for block in anna.last.raw["rich_message"]["blocks"]]
    assert kinds == ["heading", "paragraph", "divider", "footer"]
