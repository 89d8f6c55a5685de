"""What is typed and formatted in a chat becomes HTML, and reads the same as text again."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from core.mail.telegram import html_from_telegram
from core.mail.text import text_from_html


def entity(kind: str, offset: int, length: int, **more: object) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length, **more}


def test_lines_become_paragraphs_breaks_and_lists() -> None:
    text = "Привет!\nКак дела?\n\nЕсть:\n- чай\n- кофе\n3. три\n4. четыре"
    assert html_from_telegram(text).split("\n") == [
        "<p>Привет!<br>Как дела?</p>",
        "<p>Есть:</p>",
        "<ul><li>чай</li><li>кофе</li></ul>",
        '<ol start="3"><li>три</li><li>четыре</li></ol>',
    ]


def test_offsets_count_utf16_units() -> None:
    assert html_from_telegram("😀 жир", [entity("bold", 3, 3)]) == "<p>😀 <strong>жир</strong></p>"


def test_overlapping_formatting_is_nested_properly() -> None:
    html = html_from_telegram("abcdef", [entity("bold", 0, 4), entity("italic", 2, 4)])
    assert html == "<p><strong>ab<em>cd</em></strong><em>ef</em></p>"


def test_links_keep_their_address_and_scripts_lose_theirs() -> None:
    links = [entity("text_link", 0, 4, url="https://a.ru/?x=1&y=2"), entity("url", 5, 4)]
    assert html_from_telegram("сюда b.ru", links) == (
        '<p><a href="https://a.ru/?x=1&amp;y=2">сюда</a> <a href="https://b.ru">b.ru</a></p>'
    )
    bad = [entity("text_link", 0, 4, url="javascript:alert(1)")]
    assert html_from_telegram("сюда", bad) == "<p>сюда</p>"


def test_markup_typed_by_hand_stays_text() -> None:
    assert html_from_telegram("<b>1 & 2</b>") == "<p>&lt;b&gt;1 &amp; 2&lt;/b&gt;</p>"


def test_blocks_keep_their_place() -> None:
    html = html_from_telegram(
        "до\nцитата\nx = 1", [entity("blockquote", 3, 6), entity("pre", 10, 5)]
    )
    assert html == "<p>до</p>\n<blockquote>\n<p>цитата</p>\n</blockquote>\n<pre>x = 1</pre>"
    assert text_from_html(html) == "до\n\n> цитата\n\nx = 1"


def test_text_shows_links_lists_and_pictures() -> None:
    html = (
        "<style>p{}</style><h1>Тема</h1><p>Смотрите <a href='https://a.ru'>тут</a>,"
        "\n  <a href='https://b.ru'>https://b.ru</a></p><ol><li>раз<li>два</ol>"
        "<img alt='кот' src='cid:1'><table><tr><td>a</td><td>b</td></tr></table>"
    )
    assert text_from_html(html) == (
        "Тема\n\nСмотрите тут (https://a.ru), https://b.ru\n\n1. раз\n2. два\n\nкот\n\na | b"
    )


WORDS = st.text("aя😀<&\"' -1.\n", max_size=40)
KINDS = ["bold", "italic", "code", "underline", "spoiler", "url", "text_link", "blockquote", "pre"]
ENTITIES = st.lists(
    st.builds(
        lambda kind, offset, length: entity(kind, offset, length, url="https://a.ru"),
        st.sampled_from(KINDS), st.integers(0, 45), st.integers(1, 45),
    ),
    max_size=5,
)  # fmt: skip


class Balance(HTMLParser):
    """Checks that tags close in the order they opened, and collects the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            assert tag != "a" or "a" not in self.open
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def letters(text: str) -> str:
    return "".join(c for c in text if c in "aя😀<&\"'")


@given(WORDS, ENTITIES)
def test_any_entities_give_wellformed_html_with_every_letter(
    text: str, entities: list[dict[str, object]]
) -> None:
    assert letters(Balance(html_from_telegram(text, entities)).text) == letters(text)


@given(WORDS)
def test_unformatted_text_reads_the_same_after_the_round_trip(text: str) -> None:
    again = text_from_html(html_from_telegram(text))
    assert " ".join(again.replace("-", " ").split()) == " ".join(text.replace("-", " ").split())
