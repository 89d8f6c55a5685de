"""Markdown becomes HTML that can do no harm, and texts that fit a chat."""

import pytest

from core.articles.body import LONGEST, check_body, html_of, summary_of
from core.articles.chat_text import CAPTION, PAGE, blocks, pages, units, words
from core.errors import Invalid


def test_headings_stand_right_below_the_articles_title() -> None:
    assert html_of("## One\n\n### Two") == "<h2>One</h2>\n<h3>Two</h3>\n"
    assert html_of("# One\n\n## Two\n\n###### Six") == "<h2>One</h2>\n<h3>Two</h3>\n<h4>Six</h4>\n"


def test_lists_quotes_tables_and_code_keep_their_shape() -> None:
    drawn = html_of("3. a\n4. b\n\n> q\n\n| A |\n|---|\n| 1 |\n\n```\nx < y\n```")
    assert '<ol start="3">' in drawn
    assert "<blockquote>" in drawn
    assert "<th>A</th>" in drawn
    assert "<pre><code>x &lt; y" in drawn


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "![a](https://elsewhere.example/counter.gif)",
        '<a href="https://a.example" onclick="x()">a</a>',
        "<iframe src=https://a.example></iframe>",
        "<svg><script>alert(1)</script></svg>",
        "<style>body{display:none}</style>",
        '[a](https://a.example "x\\" onmouseover=alert(1)")',
    ],
)
def test_nothing_in_an_article_runs_or_loads(attack: str) -> None:
    drawn = html_of(attack)
    for tag in ("<script", "<img", "<iframe", "<svg", "<style"):
        assert tag not in drawn
    assert 'href="javascript' not in drawn.lower()
    assert 'href="data' not in drawn.lower()
    assert 'href="vbscript' not in drawn.lower()
    assert "onclick" not in drawn.replace("&quot;", '"').split("&lt;")[0]


def test_a_link_leads_out_without_passing_anything_on() -> None:
    assert 'href="https://a.example/?x=1&amp;y=2" rel="noopener nofollow"' in html_of(
        "[a](https://a.example/?x=1&y=2)"
    )


def test_the_summary_is_the_first_paragraph_in_plain_words() -> None:
    assert summary_of("## Heading\n\n*One*\ntwo [three](https://a.example)\n\nfour") == (
        "One two three"
    )
    assert len(summary_of("word " * 200)) <= 200


@pytest.mark.parametrize("typed", ["", " \n\t", "\u200b\u200b", "x" * (LONGEST + 1)])
def test_an_empty_or_endless_body_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        check_body(typed)


def test_a_chat_gets_the_few_tags_it_knows() -> None:
    drawn = blocks(
        "## Title\n\n1. one\n2. **two**\n   - inner\n\n> a\n>\n> > b\n\n| A | B |\n|-|-|\n| 1 | 2 |"
    )
    assert drawn == [
        "<b>Title</b>",
        "1. one\n2. <strong>two</strong>\n  • inner",
        "<blockquote>a\nb</blockquote>",
        "<b>A</b> · <b>B</b>\n1 · 2",
    ]


def test_pages_end_at_blocks_and_fit_telegrams_limits() -> None:
    body = "\n\n".join(f"**No. {no}** " + "слово " * 60 for no in range(40))
    made = pages(blocks(body), CAPTION)
    assert units(words(made[0])) <= CAPTION
    assert all(units(words(page)) <= PAGE for page in made)
    assert all(page.startswith("<strong>No. ") for page in made)
    assert "\n\n".join(made) == "\n\n".join(blocks(body))


def test_a_block_longer_than_a_page_is_cut_between_words_and_loses_none() -> None:
    body = "😀 word " * 3000
    made = pages(blocks(body))
    assert all(units(words(page)) <= PAGE for page in made)
    assert " ".join(words(page) for page in made).split() == body.split()


def test_a_first_block_too_long_for_a_caption_waits_for_the_next_page() -> None:
    made = pages(blocks("слово " * 300), CAPTION)
    assert made[0] == ""
    assert units(words(made[1])) > CAPTION
