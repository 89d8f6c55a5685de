"""A readable text part from HTML: paragraphs, lists, quotes, tables, links with their addresses."""

import re
from collections.abc import Iterable
from unicodedata import east_asian_width

from core.richtext.tree import BLOCKS, Node, parse

WIDEST = 76  # of a table whose columns are set under each other
_SPACES = re.compile(r"[ \t\r\n\f]+")
_TIGHT = frozenset(("div", "section", "article", "header", "main", "tbody", "center"))


def text_from_html(html: str) -> str:
    """The text of `html`, its blocks on lines of their own."""
    lines = "\n".join(line.rstrip() for line in _blocks(parse(html)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _blocks(node: Node) -> str:
    """Everything in an element; words between blocks are a paragraph of their own."""
    pieces: list[tuple[str, str]] = []  # each with what parts it from the one before
    loose = Node("p")
    for child in node.children:
        if isinstance(child, Node) and _stands_alone(child):
            pieces += [("\n\n", _inline(loose)), (_gap(child), _block(child))]
            loose = Node("p")
        else:
            loose.children.append(child)
    pieces.append(("\n\n", _inline(loose)))
    return _joined(pieces)


def _stands_alone(node: Node) -> bool:
    """Whether it is a block, or has one in it."""
    return node.tag in BLOCKS or node.tag in _TIGHT or any(True for _ in node.every(*BLOCKS))


def _gap(node: Node) -> str:
    return "\n" if node.tag in _TIGHT else "\n\n"


def _joined(pieces: Iterable[tuple[str, str]]) -> str:
    text = ""
    for gap, piece in pieces:
        if piece.strip():
            text += (gap if text else "") + piece.strip("\n")
    return text


def _block(node: Node) -> str:
    match node.tag:
        case "ul" | "ol":
            return _list(node)
        case "blockquote" | "aside":
            return "\n".join(f"> {line}".rstrip() for line in _blocks(node).split("\n"))
        case "pre":
            return node.text()
        case "hr":
            return "----"
        case "table" if node.get("role") != "presentation" and any(node.every("td", "th")):
            return _table(node)
        case "p" if "buttons" in node.classes:
            return "\n".join(filter(None, map(_inline_of, node.every("a"))))
        case "figure":
            return _figure(node)
    return _blocks(node)


def _figure(node: Node) -> str:
    captions = [_inline(each) for each in node.every("figcaption")]
    return captions[0] if captions else _inline(node)


def _list(node: Node) -> str:
    start = node.get("start")
    number = int(start) if start.isdigit() else 1
    lines = []
    for item in (each for each in node.elements() if each.tag == "li"):
        mark = "- " if node.tag == "ul" else f"{number}. "
        inner = re.sub(r"\n{2,}", "\n", _blocks(item))
        lines.append(mark + inner.replace("\n", "\n" + "  "))
        number += 1
    return "\n".join(lines)


def _table(node: Node) -> str:
    rows = [_cells(row) for row in node.every("tr")]
    columns = max(map(len, rows), default=0)
    widths = [
        max((_width(row[n][0]) for row in rows if n < len(row)), default=0) for n in range(columns)
    ]
    narrow = columns > 1 and sum(widths) + 3 * columns <= WIDEST
    lines = [_row(row, widths if narrow else []) for row in rows]
    if narrow and any(node.every("th")):
        lines.insert(1, "-+-".join("-" * width for width in widths))
    captions = [_inline(each) for each in node.every("caption")]
    return "\n".join((*captions, *lines))


def _cells(row: Node) -> list[tuple[str, str]]:
    cells = [each for each in row.elements() if each.tag in ("td", "th")]
    return [(" ".join(_blocks(each).split()), each.get("align")) for each in cells]


def _row(row: list[tuple[str, str]], widths: list[int]) -> str:
    cells = [text for text, _align in row]
    if widths:
        cells = [_padded(text, align, widths[number]) for number, (text, align) in enumerate(row)]
    return " | ".join(cells).rstrip()


def _padded(text: str, align: str, width: int) -> str:
    room = " " * (width - _width(text))
    return room + text if align == "right" else text + room


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _inline_of(node: Node) -> str:
    return _inline(Node("p", {}, [node]))


def _inline(node: Node) -> str:
    """The words of a paragraph; only what `br` parts stands on lines of its own."""
    lines = _words(node).split("\n")
    return "\n".join(line.strip() for line in lines).strip("\n")


def _words(node: Node) -> str:
    words = ""
    for child in node.children:
        piece = _SPACES.sub(" ", child) if isinstance(child, str) else _element(child)
        words += piece.lstrip(" ") if words.endswith((" ", "\n")) else piece
    return words


def _element(node: Node) -> str:
    match node.tag:
        case "br":
            return "\n"
        case "img":
            return node.get("alt")
        case "a":
            return _link(node)
    return _words(node)


def _link(node: Node) -> str:
    words, href = _words(node), node.get("href")
    bare = href.removeprefix("mailto:").removeprefix("tel:")
    same = {bare, bare.removeprefix("https://"), bare.removeprefix("http://")}
    if not href or words.strip() in same or href.startswith("#"):
        return words
    return f"{words} ({bare})" if words.strip() else bare
