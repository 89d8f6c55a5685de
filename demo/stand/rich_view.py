"""A rich message as HTML that is safe to show on the chat's page."""

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote

Block = dict[str, Any]
_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "marked": "mark",
    "subscript": "sub",
    "superscript": "sup",
}
_SAFE = ("http://", "https://", "mailto:", "tel:", "tg:")


def rich_html(message: dict[str, Any]) -> str:
    """All blocks of a message's `rich_message`."""
    return _blocks(message["blocks"])


def _blocks(blocks: list[Block]) -> str:
    return "".join(_BLOCKS[block["type"]](block) for block in blocks if block["type"] in _BLOCKS)


def _text(text: Any) -> str:
    if text is None:
        return ""
    if isinstance(text, str):
        return escape(text).replace("\n", "<br>")
    if isinstance(text, list):
        return "".join(map(_text, text))
    kind, inner = text["type"], _text(text.get("text"))
    if tag := _TAGS.get(kind):
        return f"<{tag}>{inner}</{tag}>"
    make = _SPECIAL.get(kind)
    return make(text, inner) if make else inner


def _time(text: Block, inner: str) -> str:
    unix, shape = int(text["unix_time"]), escape(text.get("date_time_format") or "")
    return f'<time data-unix="{unix}" data-format="{shape}">{inner}</time>'


def _link(address: str, inner: str) -> str:
    if not address.lower().startswith(_SAFE):
        return inner
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{inner}</a>'


def _around(tag: str) -> Callable[[Block], str]:
    return lambda block: f"<{tag}>{_text(block.get('text'))}</{tag}>"


def _heading(block: Block) -> str:
    return f"<h{block['size']}>{_text(block['text'])}</h{block['size']}>"


def _quote(block: Block) -> str:
    inner = _blocks(block["blocks"]) if "blocks" in block else f"<p>{_text(block.get('text'))}</p>"
    credit = f"<cite>{_text(block['credit'])}</cite>" if block.get("credit") else ""
    return f"<blockquote>{inner}{credit}</blockquote>"


def _details(block: Block) -> str:
    opened = " open" if block.get("is_open") else ""
    summary = f"<summary>{_text(block['summary'])}</summary>"
    return f"<details{opened}>{summary}{_blocks(block.get('blocks') or [])}</details>"


def _list(block: Block) -> str:
    return f'<ul class="items">{"".join(map(_item, block["items"]))}</ul>'


def _item(item: Block) -> str:
    label = escape(item.get("label") or "•")
    if item.get("has_checkbox"):
        label = "☑" if item.get("is_checked") else "☐"
    return f'<li><span class="label">{label}</span><div>{_blocks(item["blocks"])}</div></li>'


def _table(block: Block) -> str:
    kinds = [name for name in ("bordered", "striped", "compact") if block.get(f"is_{name}")]
    caption = f"<caption>{_text(block['caption'])}</caption>" if block.get("caption") else ""
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in block["cells"])
    return f'<div class="wide"><table class="{" ".join(kinds)}">{caption}{rows}</table></div>'


def _cell(cell: Block) -> str:
    tag = "th" if cell.get("is_header") else "td"
    spans = "".join(
        f' {name}="{int(cell[name])}"' for name in ("colspan", "rowspan") if name in cell
    )
    return f'<{tag}{spans} class="{escape(cell["align"])}">{_text(cell.get("text"))}</{tag}>'


def _photo(block: Block) -> str:
    largest = block["photo"][-1]
    source = f"files/{quote(largest['file_id'], safe='')}/photo.jpg"
    size = f'width="{largest["width"]}" height="{largest["height"]}"'
    return f'<figure><img src="{source}" {size} alt="">{_caption(block)}</figure>'


def _document(block: Block) -> str:
    file = block["document"]
    name = file["file_name"]
    source = f"files/{quote(file['file_id'], safe='')}/{quote(name, safe='')}"
    link = f'<a href="{source}" download="{escape(name)}">📎 {escape(name)}</a>'
    return f"<p>{link}</p>{_caption(block)}"


def _caption(block: Block) -> str:
    caption = (block.get("caption") or {}).get("text")
    return f"<figcaption>{_text(caption)}</figcaption>" if caption else ""


def _gallery(block: Block) -> str:
    return f'<div class="{block["type"]}">{_blocks(block["blocks"])}</div>{_caption(block)}'


def _buttons(block: Block) -> str:
    inner = "".join(map(_button, block["buttons"]))
    return f'<div class="rich-keys {escape(block.get("align") or "left")}">{inner}</div>'


def _button(button: Block) -> str:
    style, words = escape(button.get("style") or ""), _text(button["text"])
    if url := button.get("url"):
        given = f'href="{escape(url)}" target="_blank" rel="noopener noreferrer"'
        return f'<a class="key {style}" {given}><span>{words}</span></a>'
    if copied := button.get("copy_text"):
        given = f'data-copy="{escape(copied["text"])}"'
    elif data := button.get("callback_data"):
        given = f'data-press="{escape(data)}"'
    else:
        given = 'aria-disabled="true"'
    return f'<button class="key {style}" {given}><span>{words}</span></button>'


_SPECIAL: dict[str, Callable[[Block, str], str]] = {
    "spoiler": lambda _, inner: f'<span class="spoiler" tabindex="0">{inner}</span>',
    "url": lambda text, inner: _link(text["url"], inner),
    "email_address": lambda text, inner: _link(f"mailto:{text['email_address']}", inner),
    "phone_number": lambda text, inner: _link(f"tel:{text['phone_number']}", inner),
    "date_time": _time,
    "custom_emoji": lambda text, _: escape(text.get("alternative_text") or ""),
    "mathematical_expression": lambda text, _: f"<code>{escape(text['expression'])}</code>",
    "button": lambda text, _: _button(text["button"]),
}
_BLOCKS: dict[str, Callable[[Block], str]] = {
    "paragraph": _around("p"),
    "heading": _heading,
    "pre": _around("pre"),
    "footer": _around("footer"),
    "pullquote": lambda block: f"<aside>{_text(block['text'])}</aside>",
    "divider": lambda _block: "<hr>",
    "mathematical_expression": lambda block: f"<pre>{escape(block['expression'])}</pre>",
    "blockquote": _quote,
    "expandable_blockquote": _quote,
    "details": _details,
    "list": _list,
    "table": _table,
    "photo": _photo,
    "document": _document,
    "collage": _gallery,
    "slideshow": _gallery,
    "buttons": _buttons,
}
