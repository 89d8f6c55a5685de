"""HTML becomes an ordinary message where rich ones are not shown."""

from core.richtext.from_telegram import html_from_rich
from core.richtext.to_chat import chat_html
from demo.stand.markup import parse_html
from tests.core.richtext.test_to_telegram import BLOCKS


def test_shapes_become_lines() -> None:
    assert chat_html(html_from_rich(BLOCKS)).split("\n") == [
        "<b>Sale</b>",
        "",
        "Hello, <strong>Anna</strong>!",
        'Look <a href="https://example.org">here</a>',
        "",
        "• one",
        "• two",
        "",
        "<b>Prices</b>",
        "<b>Tea</b> · <b>Price</b>",
        "Green · 20",
        "",
        "<blockquote>Good</blockquote>",
        "",
        "<b>Terms</b>",
        "",
        "Until Sunday",
        "",
        '<a href="https://example.org/buy">Buy</a>',
        "",
        "———",
        "",
        "Tea is good",
        "",
        "<pre>10:00",
        "11:00</pre>",
        "",
        "No offer",
    ]


def test_it_is_cut_without_breaking_a_tag() -> None:
    html = html_from_rich(BLOCKS)
    for limit in range(1, 90):
        text, _entities = parse_html(chat_html(html, limit))
        assert text.replace("…", "").strip()


def test_links_lead_nowhere_strange() -> None:
    assert chat_html('<a href="javascript:x">x</a><script>y</script>') == "x"
