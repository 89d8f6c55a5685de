"""Rich messages as Telegram would deliver them, in few words."""

from typing import Any

Block = dict[str, Any]


def paragraph(text: Any) -> Block:
    return {"type": "paragraph", "text": text}


def cell(text: Any, align: str = "left", head: bool = False) -> Block:
    made = {"align": align, "valign": "top", "text": text}
    return made | ({"is_header": True} if head else {})


def photo(caption: str = "") -> Block:
    made: Block = {"type": "photo", "photo": [{"file_id": "small"}, {"file_id": "large"}]}
    return made | ({"caption": {"text": caption}} if caption else {})


def listed(*texts: str, start: int | None = None) -> Block:
    items = []
    for number, text in enumerate(texts):
        item: Block = {"label": "•", "blocks": [paragraph(text)]}
        items.append(item if start is None else item | {"value": start + number})
    return {"type": "list", "items": items}
