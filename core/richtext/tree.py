"""HTML as a tree: forgiving when it is read, well formed when it is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

VOID = frozenset(("br", "img", "hr"))
DROPPED = frozenset(("script", "style", "head", "title", "template"))
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BOXES = ("div", "section", "article", "header", "main", "footer", "aside", "details")
BLOCKS = frozenset(
    ("p", *_HEADINGS, "ul", "ol", "blockquote", "pre", "table", "hr", "figure", *_BOXES)
)
_CLOSED_BY = {
    "li": frozenset(("li",)),
    "tr": frozenset(("tr",)),
    "td": frozenset(("td", "th", "tr")),
    "th": frozenset(("td", "th", "tr")),
    "p": BLOCKS,
}
_WITHIN = {"li": ("ul", "ol"), "tr": ("table",), "td": ("table",), "th": ("table",)}

Attributes = dict[str, str]


@dataclass
class Node:
    """An element; the root has no tag. Its children are elements and text."""

    tag: str = ""
    attributes: Attributes = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def get(self, name: str) -> str:
        """An attribute, or nothing."""
        return self.attributes.get(name, "")

    @property
    def classes(self) -> frozenset[str]:
        """The names in `class`."""
        return frozenset(self.get("class").split())

    def elements(self) -> list["Node"]:
        """The children that are elements."""
        return [child for child in self.children if isinstance(child, Node)]

    def every(self, *tags: str) -> Iterator["Node"]:
        """Elements of such tags at any depth, in the order of the text."""
        for child in self.elements():
            if child.tag in tags:
                yield child
            yield from child.every(*tags)

    def text(self) -> str:
        """All that is written in it."""
        return "".join(
            child if isinstance(child, str) else "\n" if child.tag == "br" else child.text()
            for child in self.children
        )


def parse(html: str) -> Node:
    """The tree of a piece of HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


def written(node: Node) -> str:
    """The node as HTML; of the root, what is in it."""
    inner = "".join(
        escape(child, quote=False) if isinstance(child, str) else written(child)
        for child in node.children
    )
    if not node.tag:
        return inner
    given = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    return f"<{node.tag}{given}>" + ("" if node.tag in VOID else f"{inner}</{node.tag}>")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node()
        self._open = [self.root]
        self._dropped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in DROPPED:
            self._dropped += 1
        if self._dropped:
            return
        self._close_before(tag)
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in DROPPED:
            self._dropped = max(0, self._dropped - 1)
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self._open[-1].children.append(data)

    def _close_before(self, tag: str) -> None:
        """What a browser would close by itself: a list's item before the next one, and so on."""
        for depth in range(len(self._open) - 1, 0, -1):
            opened = self._open[depth].tag
            if tag in _CLOSED_BY.get(opened, ()):
                del self._open[depth:]
                return
            if opened in _WITHIN.get(tag, ()):
                return
