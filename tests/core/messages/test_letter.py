"""What a wording is in a mail: its layout, where pictures stand, its text part."""

import subprocess
from html import escape
from pathlib import Path

import pytest

from core.mail.camera import find_chromium
from core.mail.layout import LAYOUTS, html_page, layout_of
from core.mail.linked import linked
from core.messages.letter import Picture, parts_of
from core.messages.models import MessageVersion
from core.richtext.from_telegram import html_from_rich
from core.richtext.tree import Node, parse
from tests.conftest import CHROMIUM
from tests.core.mail.makers import body, parsed, render, template
from tests.core.richtext.makers import paragraph, photo

SUN: Picture = ("sun.jpg", "cid:sun", 1200)
MOON: Picture = ("picture-1.jpg", "cid:moon", 300)


def wording(html: str, **fields: str) -> MessageVersion:
    return MessageVersion(**{"subject": "Sale & more", "html": html, "layout": "letter"} | fields)


def page_of(version: MessageVersion, *pictures: Picture) -> Node:
    parts = parts_of(version, pictures)
    page = html_page("Sale", parts.html, "", None, "en", layout=parts.layout, hero=parts.hero)
    return parse(page)


def sources(page: Node) -> list[tuple[str, str]]:
    return [(image.get("src"), image.get("width")) for image in page.every("img")]


def test_pictures_stand_where_the_text_wants_them_others_above_it() -> None:
    html = html_from_rich([paragraph("Before"), photo("Moon"), paragraph("After")])
    page = page_of(wording(html), SUN, MOON)
    assert sources(page) == [("cid:sun", "536"), ("cid:moon", "300")]
    text = page.text()
    assert text.index("Before") < text.index("Moon") < text.index("After")


def test_a_picture_taken_out_leaves_no_trace() -> None:
    page = page_of(wording(html_from_rich([paragraph("Before"), photo()])))
    assert sources(page) == []
    assert "picture:" not in page.text()


def test_a_card_has_its_picture_on_top_its_subject_and_its_button() -> None:
    button = {"button_text": "Buy & go", "button_url": "https://example.org/?a=1&b={email}"}
    version = wording("<p>Hello</p>", layout="card", **button)
    parts = parts_of(version, [SUN, MOON])
    assert parts.hero == '<img src="cid:sun" width="600" alt="">'
    assert parts.html.startswith('<h1 class="headline">Sale &amp; more</h1>')
    assert 'href="https://example.org/?a=1&amp;b={email}"' in parts.html
    assert parts.text == "Sale & more\n\nHello\n\nBuy & go (https://example.org/?a=1&b={email})"


def test_a_picture_alone_is_the_subject_to_who_cannot_see_it() -> None:
    parts = parts_of(wording(""), [SUN])
    assert parts.text == "Sale & more"
    assert 'alt="Sale &amp; more"' in parts.html
    assert 'alt=""' in parts_of(wording("<p>Hello</p>"), [SUN]).html


def test_links_are_in_letters_that_every_mail_program_follows() -> None:
    url = "https://пример.рф/скидки?a=1&amp;n={first_name|друг}#я"
    href = parts_of(wording(f'<p><a href="{url}">Скидки</a></p>'), []).html
    assert 'href="https://xn--e1afmkfd.xn--p1ai/%D1%81%D0%BA%D0%B8' in href
    assert "?a=1&amp;n={first_name|друг}#%D1%8F" in href
    assert (
        linked("https://пример.рф")
        == '<a href="https://xn--e1afmkfd.xn--p1ai">https://пример.рф</a>'
    )


WIDTH = """<iframe width="390" height="600" srcdoc="{}" onload="
document.title += ' ' + contentDocument.documentElement.scrollWidth"></iframe>"""


def page_with_long_words(layout: str) -> str:
    table = [[{"text": "Availability"} for _ in range(8)]]
    blocks = [paragraph("https://example.org/" + "long" * 60), {"type": "table", "cells": table}]
    parts = parts_of(wording(html_from_rich(blocks), layout=layout), [SUN])
    return html_page("Sale", parts.html, "", None, "en", layout=layout, signature="word" * 40)


@pytest.mark.browser
def test_nothing_is_wider_than_a_phone(tmp_path: Path) -> None:
    frames = [WIDTH.format(escape(page_with_long_words(each))) for each in LAYOUTS]
    (tmp_path / "page.html").write_text("".join(frames))
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command = [str(find_chromium(CHROMIUM)), *options, str(tmp_path / "page.html")]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    assert "<title>390 390 390</title>" in shown.stdout


def test_other_layouts_know_no_button() -> None:
    button = {"button_text": "Buy", "button_url": "https://example.org"}
    for layout in ("plain", "letter"):
        assert "Buy" not in parts_of(wording("<p>Hi</p>", layout=layout, **button), []).html


@pytest.mark.parametrize(
    ("given", "layout"),
    [
        ("card", "card"),
        ("card.html", "card"),
        ("layouts/plain.html", "plain"),
        ("mail_form/mail_send_form.html", "letter"),
        ("../../etc/passwd", "letter"),
        (None, "letter"),
    ],
)
def test_a_template_is_named_in_several_ways(given: object, layout: str) -> None:
    assert layout_of(given) == layout
    assert parts_of(wording("<p>Hi</p>"), [], given).layout == layout


@pytest.mark.parametrize("layout", ["plain", "letter", "card"])
def test_mails_are_tables_with_styles_in_their_tags(layout: str) -> None:
    html = html_from_rich(
        [
            {"type": "blockquote", "blocks": [paragraph("Good")]},
            {"type": "details", "summary": "More", "blocks": [paragraph("Words")]},
            {"type": "buttons", "buttons": [{"text": "Buy", "url": "https://example.org"}]},
        ]
    )
    page = page_of(wording(html, layout=layout))
    tags = {each.tag for each in page.every("details", "summary", "blockquote", "aside", "figure")}
    assert not tags
    [press] = [link for link in page.every("a") if "press" in link.classes]
    assert "padding" in press.get("style")
    cells = [cell for cell in page.every("td") if "button" in cell.classes]
    assert "background" in cells[0].get("style")
    assert all(table.get("role") == "presentation" for table in page.every("table"))


def test_a_signature_stands_in_both_bodies_and_is_no_template() -> None:
    signature = "Anna <b>\n{first_name} {{ 7*7 }} \ue0000\ue001 https://example.org"
    given = template(html="<p>Hi, {first_name}!</p>", signature=signature)
    mail = parsed(render(given, {"first_name": "Bo"}))
    for text, name in ((body(mail), "Anna <b>"), (body(mail, "html"), "Anna &lt;b&gt;")):
        assert "Hi, Bo!" in text
        assert name in text
        assert "{first_name} {{ 7*7 }}" in text
