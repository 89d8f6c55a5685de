"""Text and entities as HTML that is safe to show on a page."""

import re
from collections.abc import Callable
from html import escape

from demo.stand.markup import Entity
from demo.stand.units import cut, units

_AFTER_BLOCK = re.compile(r"(</(?:pre|blockquote)>)\n")
_SIMPLE = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


def render(text: str, entities: list[Entity]) -> str:
    """HTML of a text; entities that cross each other are clipped, so it is well formed."""
    ordered = sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))
    # A block begins its own line, so the line break after it would show as an empty one.
    return _AFTER_BLOCK.sub(r"\1", _span(text, ordered, 0, units(text)))


def _span(text: str, entities: list[Entity], start: int, stop: int) -> str:
    pieces, at, rest = [], start, list(entities)
    while rest:
        entity = rest.pop(0)
        begin = max(entity["offset"], at)
        end = min(entity["offset"] + entity["length"], stop)
        if begin >= end:
            continue
        inside = [inner for inner in rest if inner["offset"] < end]
        rest = [other for other in rest if other["offset"] + other["length"] > end]
        pieces += [escape(cut(text, at, begin - at)), _wrap(entity, text, inside, begin, end)]
        at = end
    return "".join([*pieces, escape(cut(text, at, stop - at))])


def _wrap(entity: Entity, text: str, inside: list[Entity], begin: int, end: int) -> str:
    inner, plain = _span(text, inside, begin, end), cut(text, begin, end - begin)
    kind = entity["type"]
    if tag := _SIMPLE.get(kind):
        return f"<{tag}>{inner}</{tag}>"
    make = _SPECIAL.get(kind)
    return make(entity, inner, plain) if make else inner


def _link(address: str, inner: str) -> str:
    if not address.lower().startswith(("http://", "https://", "mailto:", "tel:", "tg:")):
        return inner
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{inner}</a>'


def _url(_: Entity, inner: str, plain: str) -> str:
    return _link(plain if "://" in plain else f"https://{plain}", inner)


def _time(entity: Entity, inner: str, _: str) -> str:
    shape = escape(entity.get("date_time_format") or "")
    return f'<time data-unix="{int(entity["unix_time"])}" data-format="{shape}">{inner}</time>'


def _command(_: Entity, inner: str, plain: str) -> str:
    return f'<a href="#" class="command" data-command="{escape(plain)}">{inner}</a>'


_SPECIAL: dict[str, Callable[[Entity, str, str], str]] = {
    "text_link": lambda entity, inner, _: _link(entity.get("url", ""), inner),
    "url": _url,
    "email": lambda _, inner, plain: _link(f"mailto:{plain}", inner),
    "phone_number": lambda _, inner, plain: _link(f"tel:{plain}", inner),
    "bot_command": _command,
    "mention": lambda _, inner, plain: _link(f"https://t.me/{plain[1:]}", inner),
    "date_time": _time,
    "expandable_blockquote": lambda _, inner, __: (
        f"<blockquote class=expandable tabindex=0>{inner}</blockquote>"
    ),
    "spoiler": lambda _, inner, __: f'<span class="spoiler" tabindex="0">{inner}</span>',
    "hashtag": lambda _, inner, __: f'<span class="tag">{inner}</span>',
}
