"""A letter's HTML as the blocks of a rich message to be sent, within what Telegram takes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from core.richtext.inline import safe_link, text_of
from core.richtext.tree import BLOCKS, Node, parse

MOST_CHARACTERS = 32_768
MOST_BLOCKS = 500
MOST_LEVELS = 16
MOST_MEDIA = 50
MOST_COLUMNS = 20
MOST_BUTTONS = 8

InputBlock = dict[str, Any]
Place = Callable[[str], Any]
_KINDS = ("primary", "success", "danger")
_THROUGH = frozenset(("div", "section", "article", "main", "header"))


def blocks_from_html(html: str, place: Place = lambda _source: None) -> list[InputBlock]:
    """The blocks; `place` says what Telegram is given for a picture's address, None leaves it out.

    What is beyond Telegram's limits is cut off at a block.
    """
    return cut(_Reader(place).blocks(parse(html)))


def cut(blocks: Iterable[InputBlock]) -> list[InputBlock]:
    """As many whole blocks as Telegram takes."""
    kept: list[InputBlock] = []
    characters = number = media = 0
    for block in blocks:
        characters += len(words(block))
        number += sum(1 for _ in every(block))
        media += sum(each["type"] == "photo" for each in every(block))
        fits = characters <= MOST_CHARACTERS and number <= MOST_BLOCKS and media <= MOST_MEDIA
        if not fits or levels(block) > MOST_LEVELS:
            break
        kept.append(block)
    return kept


def every(block: InputBlock) -> Iterator[InputBlock]:
    """A block and all within it."""
    yield block
    for inner in _within(block):
        yield from every(inner)


def levels(block: InputBlock) -> int:
    """How deep blocks stand within a block."""
    return 1 + max(map(levels, _within(block)), default=0)


def _within(block: InputBlock) -> list[InputBlock]:
    inner = list(block.get("blocks") or ())
    for item in block.get("items") or ():
        inner += item["blocks"]
    return inner


def words(value: Any) -> str:
    """All that can be read in a block or a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(words, value))
    if not isinstance(value, Mapping):
        return ""
    shown = ("text", "blocks", "items", "cells", "summary", "caption", "credit", "buttons")
    return "".join(words(value[name]) for name in shown if name in value)


class _Reader:
    def __init__(self, place: Place) -> None:
        self._place = place

    def blocks(self, node: Node) -> list[InputBlock]:
        """What is in an element; text between blocks is a paragraph of its own."""
        blocks: list[InputBlock] = []
        loose = Node("p")
        for child in node.children:
            if isinstance(child, Node) and (child.tag in BLOCKS or child.tag == "img"):
                blocks += [*self._paragraph(loose), *self._block(child)]
                loose = Node("p")
            else:
                loose.children.append(child)
        return blocks + self._paragraph(loose)

    def _block(self, node: Node) -> list[InputBlock]:
        if node.tag in _THROUGH and "collage" not in node.classes:
            return self.blocks(node)
        if node.tag[0] == "h" and node.tag[1:].isdigit():
            return self._texts(node, {"type": "heading", "size": int(node.tag[1:])})
        make = getattr(self, f"_{_NAMES.get(node.tag, node.tag)}")
        made: list[InputBlock] = make(node)
        return made

    def _texts(self, node: Node, block: InputBlock) -> list[InputBlock]:
        text = text_of(node)
        return [block | {"text": text}] if words(text).strip() else []

    def _paragraph(self, node: Node) -> list[InputBlock]:
        if "buttons" in node.classes:
            return self._buttons(node)
        pictures = [block for image in node.every("img") for block in self._img(image)]
        return [*pictures, *self._texts(node, {"type": "paragraph"})]

    def _buttons(self, node: Node) -> list[InputBlock]:
        buttons = [made for link in node.every("a") if (made := _button(link))]
        align = [name for name in ("center", "right") if name in node.classes]
        given = {"align": align[0]} if align else {}
        rows = [buttons[i : i + MOST_BUTTONS] for i in range(0, len(buttons), MOST_BUTTONS)]
        return [{"type": "buttons", "buttons": row} | given for row in rows]

    def _pre(self, node: Node) -> list[InputBlock]:
        text = node.text().strip("\n")
        return [{"type": "pre", "text": text}] if text.strip() else []

    def _footer(self, node: Node) -> list[InputBlock]:
        return self._texts(node, {"type": "footer"})

    def _aside(self, node: Node) -> list[InputBlock]:
        return self._texts(node, {"type": "pullquote"})

    def _hr(self, _node: Node) -> list[InputBlock]:
        return [{"type": "divider"}]

    def _blockquote(self, node: Node) -> list[InputBlock]:
        inner = self.blocks(node)
        return [{"type": "blockquote", "blocks": inner}] if inner else []

    def _details(self, node: Node) -> list[InputBlock]:
        summaries = [each for each in node.elements() if each.tag == "summary"]
        rest = Node("div", {}, [each for each in node.children if each not in summaries])
        summary = text_of(summaries[0]) if summaries else ""
        return [{"type": "details", "summary": summary or "…", "blocks": self.blocks(rest)}]

    def _list(self, node: Node) -> list[InputBlock]:
        number = int(node.get("start")) if node.get("start").isdigit() else 1
        items: list[InputBlock] = []
        for child in node.elements():
            item: InputBlock = {"blocks": self.blocks(child)}
            if node.tag == "ol":
                item["value"] = number + len(items)
                item |= {"type": kind} if (kind := node.get("type")) in ("a", "A", "i", "I") else {}
            if item["blocks"]:
                items.append(item)
        return [{"type": "list", "items": items}] if items else []

    def _table(self, node: Node) -> list[InputBlock]:
        rows = [[_cell(cell) for cell in _cells(row)][:MOST_COLUMNS] for row in node.every("tr")]
        rows = [row for row in rows if row]
        if not rows:
            return []
        block: InputBlock = {"type": "table", "cells": rows}
        block |= {f"is_{name}": True for name in ("bordered", "striped") if name in node.classes}
        for caption in node.every("caption"):
            block["caption"] = text_of(caption)
        return [block]

    def _img(self, node: Node) -> list[InputBlock]:
        media = self._place(node.get("src"))
        if media is None:
            return []
        return [{"type": "photo", "photo": {"type": "photo", "media": media}}]

    def _figure(self, node: Node) -> list[InputBlock]:
        blocks = [block for image in node.every("img") for block in self._img(image)]
        for caption in node.every("figcaption"):
            if not (text := text_of(caption)):
                continue
            if blocks:
                blocks[-1]["caption"] = {"text": text}
            else:
                blocks.append({"type": "paragraph", "text": {"type": "italic", "text": text}})
        return blocks

    def _collage(self, node: Node) -> list[InputBlock]:
        inner = [block for block in self.blocks(node) if block["type"] == "photo"]
        return [{"type": "collage", "blocks": inner}] if len(inner) > 1 else inner


_NAMES = {"p": "paragraph", "ul": "list", "ol": "list", "div": "collage"}


def _cells(row: Node) -> list[Node]:
    return [each for each in row.elements() if each.tag in ("td", "th")]


def _cell(node: Node) -> InputBlock:
    align = node.get("align")
    cell: InputBlock = {
        "align": align if align in ("center", "right") else "left",
        "valign": "top",
        "text": text_of(node),
    }
    cell |= {"is_header": True} if node.tag == "th" else {}
    for span in ("colspan", "rowspan"):
        if node.get(span).isdigit() and int(node.get(span)) > 1:
            cell[span] = int(node.get(span))
    return cell


def _button(link: Node) -> InputBlock | None:
    href, label = safe_link(link.get("href")), " ".join(link.text().split())
    if not label or not href.startswith(("http://", "https://", "tg:")):
        return None
    style = [kind for kind in _KINDS if kind in link.classes]
    return {"text": label, "url": href} | ({"style": style[0]} if style else {})
