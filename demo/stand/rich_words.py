"""What can be read in a rich message, and the blocks within its blocks."""

from collections.abc import Iterator
from typing import Any

Block = dict[str, Any]
WORDED = ("text", "caption", "credit", "summary")


def each_within(block: Block) -> Iterator[Block]:
    """A block and all that is in it."""
    yield block
    for each in inner(block):
        yield from each_within(each)


def words(value: Any) -> str:
    """What a reader can read of blocks, a block or a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(words, value))
    if not isinstance(value, dict):
        return ""
    names = (*WORDED, "blocks", "items", "cells", "buttons", "button", "alternative_text")
    return "".join(words(value[name]) for name in names if name in value)


def inner(block: Block) -> list[Block]:
    """Blocks directly within a block."""
    return [*block.get("blocks", ()), *(b for i in block.get("items", ()) for b in i["blocks"])]


def text_of(blocks: list[Block]) -> str:
    """What stands in a rich message, a line for each row, item and paragraph."""
    lines: list[str] = []
    for block in blocks:
        match block:
            case {"cells": rows}:
                caption = [words(block["caption"])] if "caption" in block else []
                lines += [*caption, *(" | ".join(map(words, row)) for row in rows)]
            case {"items": items}:
                lines += [f"{each['label']} {text_of(each['blocks'])}" for each in items]
            case {"buttons": _}:
                pass  # seen as buttons
            case {"blocks": within}:
                lines += [words(block.get("summary")), text_of(within)]
            case _:
                lines.append(words(block))
    return "\n".join(line for line in lines if line)
