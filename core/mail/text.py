"""A readable text part from HTML: paragraphs, lists, quotes, links with their addresses."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    (
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "tr",
        "blockquote",
        "section",
        "article",
    )
)
_SPACED = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "blockquote", "table")
)
_HIDDEN = frozenset(("head", "style", "script", "title"))
_SPACES = re.compile(r"[ \t\r\n\f]+")
_QUOTE, _UNQUOTE = "\x02", "\x03"


def text_from_html(html: str) -> str:
    """The text of `html`, its blocks on lines of their own."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _tidy("".join(reader.out))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._hidden = 0
        self._pre = 0
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self.out.append("\n")
        elif tag == "img":
            self.out.append(given.get("alt", ""))
        elif tag == "hr":
            self._block("\n\n----\n\n")
        elif tag == "a":
            self._links.append((given.get("href", ""), len(self.out)))
        elif tag == "li":
            self._item()
        elif tag in ("td", "th"):
            self._cell()
        else:
            self._open(tag, given)

    def _open(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("ul", "ol"):
            start = given.get("start", "1")
            self._lists.append((int(start) if start.isdigit() else 1) if tag == "ol" else None)
        self._pre += tag == "pre"
        self._around(tag)
        if tag == "blockquote":
            self.out.append(_QUOTE)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "a" and self._links:
            self._close_link(*self._links.pop())
        elif tag != "br":
            if tag in ("ul", "ol") and self._lists:
                self._lists.pop()
            self._pre = max(0, self._pre - (tag == "pre"))
            if tag == "blockquote":
                self.out.append(_UNQUOTE)
            self._around(tag)

    def _around(self, tag: str) -> None:
        inner = tag in ("ul", "ol") and len(self._lists) > 1
        if tag in _SPACED and not inner:
            self._block("\n\n")
        elif tag in _BLOCKS or inner:
            self._block("\n")

    def _block(self, text: str) -> None:
        if self.out and self.out[-1] not in ("- ",):
            self.out.append(text)

    def _item(self) -> None:
        indent = "  " * max(0, len(self._lists) - 1)
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        self.out += ["\n" + indent, "- " if number is None else f"{number}. "]

    def _cell(self) -> None:
        if self.out and not self.out[-1].endswith("\n"):
            self.out.append(" | ")

    def _close_link(self, href: str, begin: int) -> None:
        text = "".join(self.out[begin:]).strip()
        bare = href.removeprefix("mailto:").removeprefix("tel:")
        same = {bare, bare.removeprefix("https://"), bare.removeprefix("http://")}
        if href and text not in same and not href.startswith("#"):
            self.out.append(f" ({bare})" if text else bare)

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._pre:
            self.out.append(data)
        elif data.strip() or (self.out and not self.out[-1].endswith(("\n", " "))):
            self.out.append(_SPACES.sub(" ", data))


def _tidy(text: str) -> str:
    lines, depth = [], 0
    text = re.sub(rf"\s*({_QUOTE})\s*", r"\n\n\1\n", text)
    text = re.sub(rf"\s*({_UNQUOTE})\s*", r"\n\1\n\n", text)
    for line in text.split("\n"):
        if line.strip() in (_QUOTE, _UNQUOTE):
            depth += 1 if line.strip() == _QUOTE else -1
        else:
            lines.append("> " * depth + line.rstrip() if depth else line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
