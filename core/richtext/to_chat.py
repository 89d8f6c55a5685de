"""A letter's HTML as an ordinary message of a chat, cut to a length without breaking a tag."""

from html import escape

from core.richtext.inline import safe_link
from core.richtext.tree import BLOCKS, Node, parse

_KEPT = {"b", "strong", "i", "em", "u", "s", "code", "pre", "blockquote"}
_BOLD = {"h1", "h2", "h3", "h4", "h5", "h6", "summary", "caption", "th"}
_CLOSE = {"li", "tr", "table", "div", "summary", "caption"}  # without an empty line around them


def chat_html(html: str, limit: int = 3000) -> str:
    """Telegram's HTML of a letter: bold for headings, lines for rows, dots for lists."""
    writer = _Writer(limit)
    writer.node(parse(html))
    return "".join(writer.pieces).strip()


class _Writer:
    def __init__(self, limit: int) -> None:
        self.pieces: list[str] = []
        self._left = limit
        self._pre = False
        self._quoted = False
        self._numbers: list[int | None] = []

    def node(self, node: Node) -> None:
        for child in node.children:
            if self._left <= 0:
                return
            if isinstance(child, str):
                self._text(child)
            else:
                self._element(child)

    def _text(self, text: str) -> None:
        if not self._pre:
            if not text.strip() and "\n" in text:
                return
            text = " ".join(text.split("\n"))
            if self._at_line_start():
                text = text.lstrip()
        self.pieces.append(escape(text[: self._left], quote=False))
        if len(text) > self._left:
            self.pieces.append("…")
        self._left -= len(text)

    def _at_line_start(self) -> bool:
        return not self.pieces or self.pieces[-1].endswith("\n")

    def _element(self, node: Node) -> None:
        match node.tag:
            case "br":
                self.pieces.append("\n")
            case "hr":
                self._lines(2)
                self.pieces.append("———")
                self._lines(2)
            case "img":
                pass
            case "a":
                self._link(node)
            case "ul" | "ol":
                self._list(node)
            case "td" | "th":
                self._cell(node)
            case _:
                self._around(node)

    def _around(self, node: Node) -> None:
        block = node.tag in BLOCKS or node.tag in _CLOSE or node.tag in ("figcaption", "tbody")
        gap = 1 if node.tag in _CLOSE or node.tag == "tbody" else 2
        if block:
            self._lines(gap)
        if node.tag == "li":
            self._item()
        tag = "b" if node.tag in _BOLD else node.tag if node.tag in _KEPT else ""
        self._tagged(node, "" if tag == "blockquote" and self._quoted else tag)
        if block:
            self._lines(gap)

    def _tagged(self, node: Node, tag: str) -> None:
        before = self._pre, self._quoted
        self._pre, self._quoted = self._pre or tag == "pre", self._quoted or tag == "blockquote"
        outside, self.pieces = self.pieces, []
        self.node(node)
        inner, self.pieces = "".join(self.pieces), outside
        self._pre, self._quoted = before
        if tag in ("pre", "blockquote") or self._at_line_start():
            inner = inner.strip("\n")
        if inner.strip():
            self.pieces.append(f"<{tag}>{inner}</{tag}>" if tag else inner)

    def _link(self, node: Node) -> None:
        href = safe_link(node.get("href"))
        before = len(self.pieces)
        self.node(node)
        inner = "".join(self.pieces[before:])
        if href and inner.strip():
            self.pieces[before:] = [f'<a href="{escape(href)}">{inner}</a>']

    def _list(self, node: Node) -> None:
        start = node.get("start")
        self._lines(1 if self._numbers else 2)
        self._numbers.append((int(start) if start.isdigit() else 1) if node.tag == "ol" else None)
        self.node(node)
        self._numbers.pop()
        self._lines(1 if self._numbers else 2)

    def _item(self) -> None:
        number = self._numbers[-1] if self._numbers else None
        if number is not None:
            self._numbers[-1] = number + 1
        indent = "  " * max(0, len(self._numbers) - 1)
        self.pieces.append(indent + ("• " if number is None else f"{number}. "))

    def _cell(self, node: Node) -> None:
        if self.pieces and not self._at_line_start():
            self.pieces.append(" · ")
        self._tagged(node, "b" if node.tag == "th" else "")

    def _lines(self, lines: int) -> None:
        shown = "".join(self.pieces[-4:])
        missing = lines - (len(shown) - len(shown.rstrip("\n")))
        if shown.strip() and missing > 0:
            self.pieces.append("\n" * missing)
