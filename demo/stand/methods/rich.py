"""Rich messages that a bot sends: taken, or refused as strictly as Telegram does it."""

import re
from collections.abc import Callable
from typing import Any

from core.richtext.to_telegram import blocks_from_html
from demo.stand.entities import check_time
from demo.stand.errors import BadRequest
from demo.stand.keyboards import read_markup
from demo.stand.methods.parts import media_fields
from demo.stand.requests import Params
from demo.stand.rich_words import WORDED, each_within, inner, words
from demo.stand.state import Stand
from demo.stand.units import units

Block = dict[str, Any]

MOST_CHARACTERS = 32_768
MOST_BLOCKS = 500
MOST_LEVELS = 16
MOST_MEDIA = 50
MOST_COLUMNS = 20
_MARKS = {
    "bold", "italic", "underline", "strikethrough", "spoiler", "subscript", "superscript", "marked",
    "code",
}  # fmt: skip
_NEEDED = {
    "date_time": "unix_time",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "mathematical_expression": "expression",
    "url": "url",
    "email_address": "email_address",
    "phone_number": "phone_number",
    "bank_card_number": "bank_card_number",
    "mention": "username",
    "hashtag": "hashtag",
    "cashtag": "cashtag",
    "bot_command": "bot_command",
    "button": "button",
    "anchor": "name",
    "anchor_link": "anchor_name",
    "reference": "name",
    "reference_link": "reference_name",
}
_TEXTUAL = ("paragraph", "heading", "pre", "footer", "pullquote", "expandable_blockquote")
_MEDIA = ("photo", "document")
_TAGS = frozenset(
    (
        *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "aside", "pre"),
        *("table", "caption", "tr", "th", "td", "hr", "details", "summary", "footer", "figure"),
        *("figcaption", "img", "br", "b", "strong", "i", "em", "u", "ins", "s", "strike", "del"),
        *("code", "mark", "sub", "sup", "a", "cite", "tg-spoiler", "tg-collage", "tg-slideshow"),
    )
)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)[^<>]*>")
_VOID = {"br", "hr", "img"}


def rich_fields(stand: Stand, params: Params) -> dict[str, Any]:
    """`rich_message` of a message out of the call's."""
    given = params.data("rich_message")
    if not isinstance(given, dict):
        raise BadRequest("object expected as rich message")
    ways = [way for way in ("html", "markdown", "blocks") if given.get(way)]
    if len(ways) != 1:
        raise BadRequest("exactly one of html, markdown and blocks must be specified")
    if ways == ["markdown"]:
        raise BadRequest("the stand reads rich messages as blocks and HTML only")
    if ways == ["html"]:
        blocks = _from_html(stand, params, given)
    else:
        blocks = [_block(stand, params, block) for block in given["blocks"]]
    check_limits(blocks)
    rtl = {"is_rtl": True} if given.get("is_rtl") else {}
    return {"rich_message": {"blocks": blocks} | rtl}


def check_limits(blocks: list[Block]) -> None:
    """What Telegram takes in one message."""
    every = [each for block in blocks for each in each_within(block)]
    if not blocks:
        raise BadRequest("rich message must be non-empty")
    if len(every) > MOST_BLOCKS:
        raise BadRequest("too many blocks in the rich message")
    if sum(units(words(block)) for block in blocks) > MOST_CHARACTERS:
        raise BadRequest("rich message is too long")
    if max(map(_depth, blocks)) > MOST_LEVELS:
        raise BadRequest("blocks of the rich message are nested too deep")
    if sum(each["type"] in _MEDIA for each in every) > MOST_MEDIA:
        raise BadRequest("too many media in the rich message")


def _depth(block: Block) -> int:
    return 1 + max(map(_depth, inner(block)), default=0)


# Blocks


def _block(stand: Stand, params: Params, block: Any) -> Block:
    if not isinstance(block, dict) or "type" not in block:
        raise BadRequest("can't parse InputRichBlock: Type must be specified")
    kind = block["type"]
    if kind in _MEDIA:
        return _with_media(stand, params, kind, block)
    for name in WORDED[2:] if kind not in _TEXTUAL else WORDED:
        if block.get(name) is not None:
            check_text(block[name])
    if (check := _CHECKS.get(kind)) is None:
        raise BadRequest(f'can\'t parse InputRichBlock: Unsupported type "{kind}"')
    check(block)
    made = {key: value for key, value in block.items() if value is not None}
    if "blocks" in made:
        made["blocks"] = [_block(stand, params, each) for each in made["blocks"]]
    if "items" in made:
        made["items"] = [_item(stand, params, item) for item in made["items"]]
    return made


def _with_media(stand: Stand, params: Params, kind: str, block: Block) -> Block:
    media = block.get(kind)
    if not isinstance(media, dict) or media.get("type") != kind or not media.get("media"):
        raise BadRequest(f"can't parse InputRichBlock: {kind} must be an InputMedia")
    made = {"type": kind} | media_fields(stand, params, kind, media["media"])
    if (caption := block.get("caption")) is not None:
        check_text(caption.get("text"))
        made["caption"] = caption
    return made


def _item(stand: Stand, params: Params, item: Block) -> Block:
    blocks = [_block(stand, params, block) for block in item.get("blocks") or ()]
    if not blocks:
        raise BadRequest("can't parse InputRichBlockListItem: blocks must be non-empty")
    number = item.get("value")
    label = "•" if number is None else f"{number}."
    return {key: value for key, value in item.items() if value is not None} | {
        "label": label,
        "blocks": blocks,
    }


def _text_needed(block: Block) -> None:
    if not words(block.get("text")).strip():
        raise BadRequest(f"text of the block {block['type']} must be non-empty")


def _heading(block: Block) -> None:
    _text_needed(block)
    if block.get("size") not in range(1, 7):
        raise BadRequest("size of a heading must be from 1 to 6")


def _blocks_needed(block: Block) -> None:
    if not block.get("blocks"):
        raise BadRequest(f"blocks of the block {block['type']} must be non-empty")


def _details(block: Block) -> None:
    if not words(block.get("summary")).strip():
        raise BadRequest("summary of the details must be non-empty")


def _list(block: Block) -> None:
    if not block.get("items"):
        raise BadRequest("items of the list must be non-empty")


def _table(block: Block) -> None:
    rows = block.get("cells") or []
    if not rows:
        raise BadRequest("cells of the table must be non-empty")
    for row in rows:
        if sum(max(1, int(cell.get("colspan") or 1)) for cell in row) > MOST_COLUMNS:
            raise BadRequest("too many columns in the table")
        for cell in row:
            if cell.get("align") not in ("left", "center", "right"):
                raise BadRequest("can't parse RichBlockTableCell: wrong align")
            if cell.get("valign") not in ("top", "middle", "bottom"):
                raise BadRequest("can't parse RichBlockTableCell: wrong valign")
            check_text(cell.get("text") or "")
    if block.get("caption") is not None:
        check_text(block["caption"])


def _buttons(block: Block) -> None:
    buttons = block.get("buttons") or []
    if not 1 <= len(buttons) <= 8:
        raise BadRequest("a block must have from 1 to 8 buttons")
    if block.get("align") not in (None, "left", "center", "right"):
        raise BadRequest("can't parse InputRichBlockButtons: wrong align")
    for button in buttons:
        _button(button)


def _button(button: Block) -> None:
    plain = words(button.get("text"))
    style = button.get("style")
    if style == "link" and "callback_data" not in button:
        raise BadRequest("the button style link is allowed for callback buttons only")
    read_markup(
        {
            "inline_keyboard": [
                [button | {"text": plain, "style": None if style == "link" else style}]
            ]
        }
    )


def _anything(_block: Block) -> None:
    """Nothing has to be right here."""


_CHECKS: dict[str, Callable[[Block], None]] = {
    **dict.fromkeys(_TEXTUAL, _text_needed),
    **dict.fromkeys(("blockquote", "collage", "slideshow"), _blocks_needed),
    "heading": _heading,
    "details": _details,
    "list": _list,
    "table": _table,
    "buttons": _buttons,
    "divider": _anything,
    "anchor": _anything,
    "mathematical_expression": _anything,
}


# Texts


def check_text(text: Any) -> None:
    """A rich text: a string, a list of them, or an object of a known type."""
    if isinstance(text, str):
        return
    if isinstance(text, list):
        for part in text:
            check_text(part)
        return
    kind = text.get("type") if isinstance(text, dict) else None
    if kind in _NEEDED:
        if not text.get(_NEEDED[kind]):
            raise BadRequest(f"can't parse RichText: {_NEEDED[kind]} must be specified")
    elif kind not in _MARKS:
        raise BadRequest(f'can\'t parse RichText: Unsupported type "{kind}"')
    if kind == "date_time":
        check_time(text)
    if kind == "button":
        _button(text["button"])
    elif "text" in text:
        check_text(text["text"])


# HTML


def _from_html(stand: Stand, params: Params, given: dict[str, Any]) -> list[Block]:
    _check_tags(given["html"])
    media = {each["id"]: each["media"] for each in given.get("media") or ()}

    def place(source: str) -> str:
        named = re.fullmatch(r"tg://photo\?id=(\w+)", source)
        if named and named[1] not in media:
            raise BadRequest(f"media {named[1]} is not specified")
        return str(media[named[1]]["media"]) if named else source

    blocks = blocks_from_html(given["html"], place)
    return [_block(stand, params, block) for block in blocks]


def _check_tags(source: str) -> None:
    opened: list[str] = []
    for closing, name in _TAG.findall(source):
        tag = name.lower()
        if tag not in _TAGS:
            raise BadRequest(f'can\'t parse rich message: Unsupported start tag "{tag}"')
        if closing:
            if not opened or opened.pop() != tag:
                raise BadRequest(f'can\'t parse rich message: Unexpected end tag "{tag}"')
        elif tag not in _VOID:
            opened.append(tag)
    if opened:
        raise BadRequest(f"can't parse rich message: Can't find end tag of \"{opened[-1]}\"")
