"""Telegram's rich text, a string, a list or an object with a type, as HTML and back."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from core.richtext.tree import BLOCKS, Node

RichText = Any  # str | list | dict, as the Bot API has it

_TAGS = {
    "bold": "strong",
    "italic": "em",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "marked": "mark",
    "subscript": "sub",
    "superscript": "sup",
}
_TYPES = {tag: kind for kind, tag in _TAGS.items()} | {
    "b": "bold",
    "i": "italic",
    "ins": "underline",
    "del": "strikethrough",
    "strike": "strikethrough",
}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SCHEMES = re.compile(r"(?:https?|mailto|tel|tg):", re.IGNORECASE)


def safe_link(address: str) -> str:
    """The address if a mail may lead there, with https where it names no scheme."""
    address = address.strip()
    if _SCHEMES.match(address):
        return address
    if not address or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?![0-9])", address):
        return ""
    return f"https://{address}"


def html_of(text: RichText) -> str:
    """Rich text as HTML; what a mail cannot show stays as its words."""
    if text is None:
        return ""
    if isinstance(text, str):
        return escape(text, quote=False).replace("\n", "<br>")
    if isinstance(text, list):
        return "".join(map(html_of, text))
    return _object(text)


def _object(given: Mapping[str, Any]) -> str:
    kind, inner = given.get("type"), html_of(given.get("text"))
    if tag := _TAGS.get(str(kind)):
        return f"<{tag}>{inner}</{tag}>" if inner else ""
    match kind:
        case "custom_emoji":
            return escape(given.get("alternative_text") or "", quote=False)
        case "mathematical_expression":
            return f"<code>{escape(given.get('expression') or '', quote=False)}</code>"
        case "reference_link":
            return f"<sup>{inner}</sup>"
        case "button":
            return button_of(given.get("button") or {})
    return link_of(_address(given), inner)


def _address(given: Mapping[str, Any]) -> str:
    match given.get("type"):
        case "url":
            return str(given.get("url") or "")
        case "email_address":
            return f"mailto:{given.get('email_address')}"
        case "phone_number":
            return "tel:" + re.sub(r"[^0-9+]", "", given.get("phone_number") or "")
        case "mention":
            return f"https://t.me/{str(given.get('username') or '').removeprefix('@')}"
    return ""


def link_of(address: str, inner: str) -> str:
    """A link where there is somewhere to go."""
    href = safe_link(address)
    return f'<a href="{escape(href)}">{inner}</a>' if href and inner else inner


def button_of(button: Mapping[str, Any]) -> str:
    """A button that opens a page as a link that looks like one; of others, the words."""
    inner, href = html_of(button.get("text")), safe_link(button.get("url") or "")
    style = button.get("style")
    kind = f"button {style}" if style in ("primary", "success", "danger") else "button"
    return f'<a class="{kind}" href="{escape(href)}">{inner}</a>' if href else inner


def text_of(node: Node) -> RichText:
    """What is in an element as rich text; blocks within it stay as their words."""
    return _simple(_trimmed(_pieces(node)))


def _pieces(node: Node) -> list[RichText]:
    pieces: list[RichText] = []
    for child in node.children:
        if isinstance(child, str):
            pieces.append(_SPACES.sub(" ", child))
        elif child.tag == "br":
            pieces.append("\n")
        elif piece := _piece(child):
            pieces += ["\n", piece] if child.tag in BLOCKS and pieces else [piece]
    return _joined(pieces)


def _piece(child: Node) -> RichText:
    inner = _simple(_pieces(child))
    if not inner:
        return inner
    if kind := _TYPES.get(child.tag):
        return {"type": kind, "text": inner}
    if child.tag == "a" and (href := safe_link(child.get("href"))):
        return _link(href, inner)
    return inner


def _link(href: str, inner: RichText) -> RichText:
    scheme, _, rest = href.partition(":")
    match scheme.lower():
        case "mailto":
            return {"type": "email_address", "text": inner, "email_address": rest}
        case "tel":
            return {"type": "phone_number", "text": inner, "phone_number": rest}
    return {"type": "url", "text": inner, "url": href}


def _joined(pieces: list[RichText]) -> list[RichText]:
    joined: list[RichText] = []
    for piece in pieces:
        for part in piece if isinstance(piece, list) else [piece]:
            if isinstance(part, str) and joined and isinstance(joined[-1], str):
                joined[-1] = re.sub(r" ?\n ?", "\n", joined[-1] + part)
            else:
                joined.append(part)
    return joined


def _trimmed(pieces: list[RichText]) -> list[RichText]:
    if pieces and isinstance(pieces[0], str):
        pieces[0] = pieces[0].lstrip()
    if pieces and isinstance(pieces[-1], str):
        pieces[-1] = pieces[-1].rstrip()
    return [piece for piece in pieces if piece != ""]


def _simple(pieces: list[RichText]) -> RichText:
    if not pieces:
        return ""
    return pieces[0] if len(pieces) == 1 else pieces
