"""A message's HTML as it can be shown in a chat, cut to a length without breaking a tag."""

from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

from markupsafe import Markup

_KEPT = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote"}
_BLOCKS = {"p", "div", "ul", "ol", "h1", "h2", "h3", "tr", "table"}
_LINES = {"br", "li"}
_LINKS = ("http://", "https://", "mailto:", "tel:", "tg://")


def for_chat(html: str, limit: int = 3000, fill: Callable[[str], str] = str) -> Markup:
    """Telegram's HTML of a message; `fill` is applied to each piece of text."""
    reader = _Reader(limit, fill)
    reader.feed(html)
    reader.close()
    return Markup(reader.result())  # noqa: S704  every piece of text was escaped


class _Reader(HTMLParser):
    """Collects escaped text and the tags that Telegram knows."""

    def __init__(self, limit: int, fill: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self._left = limit
        self._fill = fill
        self._pieces: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._left <= 0:
            return
        if tag in _BLOCKS or tag in _LINES:
            self._break(1)
        if tag == "li":
            self._pieces.append("• ")
        if tag in _KEPT and (opening := _opening(tag, dict(attrs))):
            self._pieces.append(opening)
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open and self._open[-1] == tag:
            self._pieces.append(f"</{self._open.pop()}>")
        if tag in _BLOCKS:
            self._break(2)

    def handle_data(self, data: str) -> None:
        if self._left <= 0 or (not data.strip() and "\n" in data and "pre" not in self._open):
            return
        text = self._fill(data)
        self._pieces.append(escape(text[: self._left]) + ("…" if len(text) > self._left else ""))
        self._left -= len(text)

    def _break(self, lines: int) -> None:
        shown = "".join(self._pieces[-4:])
        missing = lines - (len(shown) - len(shown.rstrip("\n")))
        if self._pieces and missing > 0:
            self._pieces.append("\n" * missing)

    def result(self) -> str:
        """What was read, with every tag closed."""
        return "".join(self._pieces).strip() + "".join(f"</{tag}>" for tag in self._open[::-1])


def _opening(tag: str, attributes: dict[str, str | None]) -> str | None:
    if tag != "a":
        return f"<{tag}>"
    href = attributes.get("href") or ""
    return f'<a href="{escape(href)}">' if href.startswith(_LINKS) else None
