"""HTML becomes blocks that Telegram takes."""

from typing import Any

from aiogram.types import InputRichMessage

from core.richtext.from_telegram import html_from_rich
from core.richtext.to_telegram import MOST_BLOCKS, blocks_from_html, words
from tests.core.richtext.makers import cell, listed, paragraph, photo

BLOCKS: list[Any] = [
    {"type": "heading", "size": 1, "text": "Sale"},
    paragraph(["Hello, ", {"type": "bold", "text": "Anna"}, "!\nLook ",
               {"type": "url", "text": "here", "url": "https://example.org"}]),
    listed("one", "two"),
    {"type": "table", "is_striped": True, "caption": "Prices",
     "cells": [[cell("Tea", head=True), cell("Price", "right", head=True)],
               [cell("Green"), cell("20", "right")]]},
    {"type": "blockquote", "blocks": [paragraph("Good")]},
    {"type": "details", "summary": "Terms", "blocks": [paragraph("Until Sunday")]},
    {"type": "buttons", "align": "center",
     "buttons": [{"text": "Buy", "url": "https://example.org/buy", "style": "primary"}]},
    {"type": "divider"},
    {"type": "pullquote", "text": "Tea is good"},
    {"type": "pre", "text": "10:00\n11:00"},
    {"type": "footer", "text": "No offer"},
]  # fmt: skip


def without_labels(blocks: list[Any]) -> list[Any]:
    lists = [item for block in blocks for item in block.get("items", ())]
    for item in lists:
        item.pop("label", None)
    return blocks


def test_a_rich_message_comes_back_as_it_was() -> None:
    again = blocks_from_html(html_from_rich(BLOCKS))
    assert again == without_labels([dict(block) for block in BLOCKS])


def test_aiogram_takes_the_blocks() -> None:
    blocks = blocks_from_html(html_from_rich([*BLOCKS, photo("Shop")]), lambda source: source)
    sent = InputRichMessage.model_validate({"blocks": blocks})
    assert sent.blocks is not None
    assert [each.type for each in sent.blocks][-1] == "photo"


def test_pictures_without_a_file_are_left_out() -> None:
    html = '<figure><img src="picture:gone.jpg"><figcaption>Shop</figcaption></figure>'
    assert blocks_from_html(html) == [paragraph({"type": "italic", "text": "Shop"})]


def test_what_is_beyond_the_limits_is_cut_at_a_block() -> None:
    assert len(blocks_from_html("<p>x</p>" * 600)) == MOST_BLOCKS
    long = blocks_from_html("<p>" + "x" * 20_000 + "</p><p>" + "y" * 20_000 + "</p><p>z</p>")
    assert [words(block)[0] for block in long] == ["x"]
    deep = "<blockquote>" * 20 + "x" + "</blockquote>" * 20
    assert blocks_from_html("<p>a</p>" + deep) == [paragraph("a")]
    wide = "<table><tr>" + "<td>x</td>" * 30 + "</tr></table>"
    assert len(blocks_from_html(wide)[0]["cells"][0]) == 20


def test_forgiving_html_is_read_as_a_browser_would() -> None:
    blocks = blocks_from_html("loose <b>text</b><ul><li>one<li>two</ul><p>a<p>b")
    assert [block["type"] for block in blocks] == ["paragraph", "list", "paragraph", "paragraph"]
    assert words(blocks[1]) == "onetwo"
    assert blocks_from_html("<script>alert(1)</script>") == []
