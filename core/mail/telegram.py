"""What was formatted in Telegram as clean HTML: paragraphs, line breaks, lists by lines.

Pure functions over plain data: an entity is a mapping or any object with `type`, `offset` and
`length` in UTF-16 units, and `url` for links.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

_TAGS = {
    "bold": "strong",
    "italic": "em",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
}
_LINKS = ("text_link", "url", "email", "phone_number")
_BLOCKS = {"pre": "pre", "blockquote": "blockquote", "expandable_blockquote": "blockquote"}
_BULLET = re.compile(r"[-•*] +")
_NUMBER = re.compile(r"([0-9]{1,3})[.)] +")


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    type: str
    open: str
    close: str


def html_from_telegram(text: str, entities: Iterable[Mapping[str, Any] | object] = ()) -> str:
    """The message as HTML; everything that is not known formatting is text."""
    spans = list(_spans(text, entities))
    inline = [span for span in spans if span.type not in _BLOCKS]
    html: list[str] = []
    position = 0
    for block in _outermost(span for span in spans if span.type in _BLOCKS):
        html += _paragraphs(text, position, block.start, inline)
        html.append(_block(text, block, inline))
        position = block.end
    return "\n".join((*html, *_paragraphs(text, position, len(text), inline)))


def _spans(text: str, entities: Iterable[Mapping[str, Any] | object]) -> Iterator[_Span]:
    index = _utf16_index(text)
    for entity in entities:
        given = entity if isinstance(entity, Mapping) else _attributes(entity)
        start = index[min(max(given["offset"], 0), len(index) - 1)]
        end = index[min(max(given["offset"] + given["length"], 0), len(index) - 1)]
        kind = str(given["type"])
        tags = _tags(kind, text[start:end], given.get("url"))
        if start < end and (tags or kind in _BLOCKS):
            yield _Span(start, end, kind, *(tags or ("", "")))


def _attributes(entity: object) -> dict[str, Any]:
    kind = getattr(entity, "type")  # noqa: B009  any object that has them
    return {
        "type": getattr(kind, "value", kind),
        **{name: getattr(entity, name, None) for name in ("offset", "length", "url")},
    }


def _utf16_index(text: str) -> list[int]:
    index: list[int] = []
    for place, character in enumerate(text):
        index += [place] * (2 if ord(character) > 0xFFFF else 1)
    return [*index, len(text)]


def _tags(kind: str, text: str, url: str | None) -> tuple[str, str] | None:
    if kind in _TAGS:
        return f"<{_TAGS[kind]}>", f"</{_TAGS[kind]}>"
    if kind in _LINKS and (address := _address(kind, text, url)):
        return f'<a href="{escape(address)}">', "</a>"
    return None


def _address(kind: str, text: str, url: str | None) -> str | None:
    if kind == "email":
        return f"mailto:{text}"
    if kind == "phone_number":
        return "tel:" + re.sub(r"[^0-9+]", "", text)
    address = url if kind == "text_link" else text
    if address is None:
        return None
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?![0-9])", address)
    if not scheme:
        return f"https://{address}"
    return address if scheme[0].lower() in ("http:", "https:", "mailto:", "tel:", "tg:") else None


def _outermost(blocks: Iterable[_Span]) -> Iterator[_Span]:
    end = 0
    for block in sorted(blocks, key=lambda span: (span.start, -span.end)):
        if block.start >= end:
            yield block
            end = block.end


def _block(text: str, block: _Span, inline: Sequence[_Span]) -> str:
    tag = _BLOCKS[block.type]
    if tag == "pre":
        return f"<pre>{escape(text[block.start : block.end])}</pre>"
    inner = "\n".join(_paragraphs(text, block.start, block.end, inline))
    return f"<{tag}>\n{inner}\n</{tag}>"


def _paragraphs(text: str, start: int, end: int, inline: Sequence[_Span]) -> Iterator[str]:
    """Groups of lines: those of a list together, others up to an empty line."""
    group: list[str] = []
    kind, number = "p", 1
    for begin, stop in _lines(text, start, end):
        line_kind, skip, no = _kind(text[begin:stop])
        goes_on = line_kind == kind and (kind != "ol" or no == number + len(group))
        if group and not goes_on:
            yield _group(kind, group, number)
            group = []
        if line_kind:
            if not group:
                kind, number = line_kind, no
            group.append(_inline(text, begin + skip, stop, inline))
    if group:
        yield _group(kind, group, number)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1


def _kind(line: str) -> tuple[str, int, int]:
    """What a line belongs to, how much of it is only its mark, and its number in a list."""
    if not line.strip():
        return "", 0, 0
    if match := _BULLET.match(line):
        return "ul", match.end(), 0
    if match := _NUMBER.match(line):
        return "ol", match.end(), int(match[1])
    return "p", 0, 0


def _group(kind: str, lines: list[str], number: int) -> str:
    if kind == "p":
        return f"<p>{'<br>'.join(lines)}</p>"
    start = f' start="{number}"' if kind == "ol" and number != 1 else ""
    return f"<{kind}{start}>{''.join(f'<li>{line}</li>' for line in lines)}</{kind}>"


def _inline(text: str, start: int, end: int, spans: Sequence[_Span]) -> str:
    """A stretch of text with its tags, always properly nested."""
    inside = [span for span in spans if span.start < end and span.end > start]
    edges = {start, end, *(max(s.start, start) for s in inside), *(min(s.end, end) for s in inside)}
    html, opened, position = [], list[_Span](), start
    for edge in sorted(edges):
        html.append(str(escape(text[position:edge])))
        position = edge
        wanted = [span for span in inside if span.start <= edge < span.end and edge < end]
        kept = _common(opened, wanted := _ordered(wanted))
        html += [span.close for span in reversed(opened[kept:])]
        html += [span.open for span in wanted[kept:]]
        opened = wanted
    return "".join(html)


def _ordered(spans: list[_Span]) -> list[_Span]:
    """Outer spans first; a link within a link would not be HTML, so only the first stays."""
    spans = sorted(spans, key=lambda span: (span.start, -span.end))
    links = [span for span in spans if span.open.startswith("<a ")]
    return [span for span in spans if span not in links[1:]]


def _common(opened: list[_Span], wanted: list[_Span]) -> int:
    pairs = zip(opened, wanted, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a is not b), min(len(opened), len(wanted)))
