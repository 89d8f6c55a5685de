"""A letter's HTML in the shapes that mail programs draw: tables where others would use boxes.

Outlook knows no padding and no background but that of a table's cell, Gmail no `details`. The
classes given here are those that the layouts style; the styles are inlined afterwards.
"""

from collections.abc import Mapping

from core.mail.ascii_link import ascii_link
from core.richtext.tree import Node, parse, written

SHOWN_WIDTH = 536  # what the frame of a mail leaves for a picture
_SHORT = 14  # a number with its unit is not broken
_HALF = 262  # two of them side by side
_TABLE = {"role": "presentation", "cellpadding": "0", "cellspacing": "0", "border": "0"}
_BOXES = {"blockquote": "quote", "aside": "pull", "pre": "code"}

Shown = Mapping[str, tuple[str, int]]


def shaped(html: str, pictures: Shown | None = None) -> str:
    """The HTML for a mail; `pictures` are addresses and widths by the names of files.

    A picture whose file is gone leaves no trace.
    """
    root = parse(html)
    _pictures(root, pictures or {})
    for link in root.every("a"):
        link.attributes["href"] = ascii_link(link.get("href"))
    return written(_children(root))


def named(html: str) -> set[str]:
    """The files that a letter's HTML shows where it wants."""
    sources = [image.get("src") for image in parse(html).every("img")]
    return {source.removeprefix(_FILE) for source in sources if source.startswith(_FILE)}


_FILE = "picture:"


def _pictures(root: Node, shown: Shown) -> None:
    collages = [each for each in root.every("div") if "collage" in each.classes]
    halves = {id(image) for each in collages for image in each.every("img")}
    for image in root.every("img"):
        if not (source := image.get("src")).startswith(_FILE):
            continue
        address, width = shown.get(source.removeprefix(_FILE), ("", 0))
        image.attributes["src"] = address
        widest = _HALF if id(image) in halves else SHOWN_WIDTH
        image.attributes["width"] = str(min(width or widest, widest))


def _children(node: Node) -> Node:
    children: list[Node | str] = []
    for child in node.children:
        children += [child] if isinstance(child, str) else _shape(child)
    return Node(node.tag, node.attributes, children)


def _shape(node: Node) -> list[Node | str]:
    if node.tag == "img" and not node.get("src"):
        return []
    if node.tag in _BOXES:
        return [_box(node)]
    if node.tag == "p" and "buttons" in node.classes:
        return [_buttons(node)]
    if node.tag == "details":
        return _children(node).children
    made = _children(node)
    match node.tag:
        case "summary":
            return [Node("p", {"class": "summary"}, [Node("strong", {}, made.children)])]
        case "footer":
            return [Node("p", {"class": "small"}, made.children)]
        case "figure":
            return [Node("div", {"class": "figure"}, made.children)] if made.children else []
        case "figcaption":
            return [Node("p", {"class": "caption"}, made.children)]
        case "table":
            made.attributes = _grid(made)
            _stripe(made)
            return [Node("div", {"class": "wide"}, [made])]  # it scrolls where it does not fit
    return [made]


def _box(node: Node) -> Node:
    """Something set off from the text, in a cell of its own."""
    inner = [node] if node.tag == "pre" else _children(node).children
    cell = Node("td", {"class": "said"}, list(inner))
    given = _TABLE | {"class": _BOXES[node.tag], "width": "100%"}
    return Node("table", given, [Node("tr", {}, [cell])])


def _grid(table: Node) -> dict[str, str]:
    if table.get("role") == "presentation":
        return table.attributes
    kind = " ".join(("grid", table.get("class"))).strip()
    return table.attributes | {"class": kind, "cellpadding": "0", "cellspacing": "0", "border": "0"}


def _stripe(table: Node) -> None:
    if "striped" in table.classes:
        for row in list(table.every("tr"))[1::2]:
            row.attributes["class"] = "odd"
    for cell in table.every("td", "th"):
        if align := cell.get("align"):
            whole = "; white-space: nowrap" if len(cell.text()) <= _SHORT else ""
            cell.attributes["style"] = f"text-align: {align}{whole}"


def _buttons(node: Node) -> Node:
    """Each a small table; side by side where there is room, one below the other in Outlook."""
    align = next((name for name in ("center", "right") if name in node.classes), "left")
    tables: list[Node | str] = [_button(link) for link in node.every("a")]
    return Node("div", {"class": "buttons", "align": align}, tables)


def _button(link: Node) -> Node:
    kind = next((name for name in ("success", "danger") if name in link.classes), "primary")
    face = Node("a", {"href": link.get("href"), "class": "press"}, _children(link).children)
    cell = Node("td", {"class": f"button {kind}", "align": "center"}, [face])
    return Node("table", _TABLE | {"class": "pressed"}, [Node("tr", {}, [cell])])
