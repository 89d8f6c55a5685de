"""A rich message becomes HTML of the same shape."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.richtext.from_telegram import html_from_rich, media_of
from core.richtext.tree import parse
from tests.core.richtext.makers import Block, cell, listed, paragraph, photo


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c\nd", "a &lt; b &amp; c<br>d"),
        (["one ", {"type": "bold", "text": {"type": "italic", "text": "two"}}],
         "one <strong><em>two</em></strong>"),
        ({"type": "spoiler", "text": "hidden"}, "hidden"),
        ({"type": "custom_emoji", "custom_emoji_id": "5", "alternative_text": "🔥"}, "🔥"),
        ({"type": "url", "text": "shop", "url": "example.org"},
         '<a href="https://example.org">shop</a>'),
        ({"type": "url", "text": "evil", "url": "javascript:alert(1)"}, "evil"),
        ({"type": "email_address", "text": "a@b.c", "email_address": "a@b.c"},
         '<a href="mailto:a@b.c">a@b.c</a>'),
        ({"type": "mention", "text": "@durov", "username": "durov"},
         '<a href="https://t.me/durov">@durov</a>'),
        ({"type": "date_time", "text": "tomorrow", "unix_time": 1, "date_time_format": "r"},
         "tomorrow"),
        ({"type": "hashtag", "text": "#sale", "hashtag": "sale"}, "#sale"),
        ({"type": "marked", "text": "look"}, "<mark>look</mark>"),
        ({"type": "something_new", "text": "words stay"}, "words stay"),
    ],
)  # fmt: skip
def test_what_stands_in_a_text(text: Any, html: str) -> None:
    assert html_from_rich([paragraph(text)]) == f"<p>{html}</p>"


def test_headings_lists_tables_quotes_and_dividers() -> None:
    inner = listed("x")
    outer = listed("one", "two", start=3)
    outer["items"][0]["blocks"].append(inner)
    table = {
        "type": "table",
        "is_striped": True,
        "caption": "Prices",
        "cells": [[cell("Tea", head=True), cell("1", "right") | {"colspan": 2}]],
    }
    quote = {"type": "blockquote", "blocks": [paragraph("Good")], "credit": "Ivan"}
    blocks: list[Block] = [
        {"type": "heading", "size": 1, "text": "Sale"}, outer, table, quote, {"type": "divider"},
    ]  # fmt: skip
    assert html_from_rich(blocks).split("\n") == [
        "<h1>Sale</h1>",
        '<ol start="3"><li>one<ul><li>x</li></ul></li><li>two</li></ol>',
        '<table class="striped"><caption>Prices</caption>'
        '<tr><th>Tea</th><td align="right" colspan="2">1</td></tr></table>',
        "<blockquote>",
        "<p>Good</p><p><em>— Ivan</em></p>",
        "</blockquote>",
        "<hr>",
    ]


def test_pictures_stand_where_they_stood_and_other_files_are_attached() -> None:
    blocks = [
        photo("Our shop"),
        {"type": "document", "document": {"file_id": "d", "file_name": "list.pdf"}},
        {"type": "collage", "blocks": [photo(), photo()]},
    ]
    assert [(each.name, each.is_picture) for each in media_of(blocks)] == [
        ("picture-1.jpg", True), ("list.pdf", False), ("picture-3.jpg", True),
        ("picture-4.jpg", True),
    ]  # fmt: skip
    html = html_from_rich(blocks)
    assert '<img src="picture:picture-1.jpg" alt="Our shop">' in html
    sources = [image.get("src") for image in parse(html).every("img")]
    assert sources == ["picture:picture-1.jpg", "picture:picture-3.jpg", "picture:picture-4.jpg"]
    assert media_of(blocks)[0].file["file_id"] == "large"


def test_buttons_that_open_pages_become_links_and_others_go() -> None:
    buttons = [
        {"text": "Buy", "style": "success", "url": "https://example.org"},
        {"text": "More", "callback_data": "more"},
        {"text": "Gone", "disabled": {}},
    ]
    html = html_from_rich([{"type": "buttons", "align": "center", "buttons": buttons}])
    assert html == (
        '<p class="buttons center"><a class="button success" href="https://example.org">Buy</a></p>'
    )
    assert html_from_rich([{"type": "buttons", "buttons": buttons[1:]}]) == ""


def test_what_a_mail_has_no_shape_for_is_left_out_quietly() -> None:
    blocks = [{"type": "thinking", "text": "…"}, {"type": "anchor", "name": "a"}, {"type": "new"}]
    assert html_from_rich(blocks) == ""


TEXTS = st.recursive(
    st.text("aя<&\"'\n{}", max_size=12),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(
            lambda kind, text: {"type": kind, "text": text, "url": 'https://a.b/?x=1&y="<'},
            st.sampled_from(["bold", "italic", "code", "spoiler", "url", "marked"]),
            inner,
        ),
    ),
    max_leaves=6,
)


@given(TEXTS)
def test_whatever_is_written_stays_text(text: Any) -> None:
    html = html_from_rich([paragraph(text)])
    tags = set(re.findall(r"<([a-z]+)", html))
    assert tags <= {"p", "strong", "em", "code", "a", "mark", "br"}
    assert html.count("<") == html.count(">")
    assert list(parse(html).every("script")) == []
