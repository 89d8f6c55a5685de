"""A rich message (Bot API 10.1) as the HTML of a letter of the same shape.

These tags and no others: p, h1-h6, ul, ol, li, blockquote, aside, pre, table, caption, tr, th, td,
hr, details, summary, footer, figure, img, figcaption, div.collage, p.buttons with a.button, and
within the text what `inline` writes. A picture is named by its file: `<img src="picture:NAME">`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from core.richtext.inline import button_of, html_of, safe_link
from core.richtext.tree import parse

Block = Mapping[str, Any]
MEDIA = ("photo", "document", "video", "audio", "animation", "voice_note")
_MAP = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map={zoom}/{latitude}/{longitude}"
_ALIGNED = ("left", "center", "right")


@dataclass(frozen=True)
class Media:
    """A picture or a file of a rich message; pictures are shown where they stand."""

    kind: str
    name: str
    file: Mapping[str, Any]

    @property
    def is_picture(self) -> bool:
        return self.kind == "photo"


def media_of(blocks: Iterable[Block]) -> list[Media]:
    """All of a message's media, in order; pictures are named by their place."""
    found: list[Media] = []
    for number, block in enumerate(_media(blocks), 1):
        kind = block["type"]
        if kind == "photo":
            found.append(Media(kind, f"picture-{number}.jpg", block["photo"][-1]))
        else:
            file = block[kind]
            found.append(Media(kind, file.get("file_name") or _NAMES[kind].format(number), file))
    return found


_NAMES = {
    "document": "file-{}",
    "video": "video-{}.mp4",
    "audio": "audio-{}.mp3",
    "animation": "animation-{}.mp4",
    "voice_note": "voice-{}.ogg",
}


def _media(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.get("type") in MEDIA:
            yield block
        yield from _media(block.get("blocks") or ())
        for item in block.get("items") or ():
            yield from _media(item.get("blocks") or ())


def html_from_rich(blocks: Iterable[Block]) -> str:
    """The letter's body."""
    blocks = list(blocks)
    pictures = iter([each.name for each in media_of(blocks)])
    return _Writer(pictures).blocks(blocks)


class _Writer:
    def __init__(self, names: Iterator[str]) -> None:
        self._names = names

    def blocks(self, blocks: Iterable[Block]) -> str:
        return "\n".join(filter(None, map(self._block, blocks)))

    def _block(self, block: Block) -> str:
        write: Callable[[Block], str] | None = getattr(self, f"_{block.get('type')}", None)
        return write(block) if write else ""

    def _paragraph(self, block: Block) -> str:
        inner = html_of(block.get("text"))
        return f"<p>{inner}</p>" if inner.strip() else ""

    def _heading(self, block: Block) -> str:
        size = min(max(int(block.get("size") or 2), 1), 6)
        return f"<h{size}>{html_of(block.get('text'))}</h{size}>"

    def _pre(self, block: Block) -> str:
        return f"<pre>{html_of(block.get('text')).replace('<br>', chr(10))}</pre>"

    def _footer(self, block: Block) -> str:
        return f"<footer>{html_of(block.get('text'))}</footer>"

    def _divider(self, _block: Block) -> str:
        return "<hr>"

    def _mathematical_expression(self, block: Block) -> str:
        return f"<pre>{escape(block.get('expression') or '', quote=False)}</pre>"

    def _blockquote(self, block: Block) -> str:
        inner = self.blocks(block.get("blocks") or ())
        return f"<blockquote>\n{inner}{_credit(block)}\n</blockquote>"

    def _expandable_blockquote(self, block: Block) -> str:
        return f"<blockquote>\n{self._paragraph(block)}{_credit(block)}\n</blockquote>"

    def _pullquote(self, block: Block) -> str:
        return f"<aside>{self._paragraph(block)}{_credit(block)}</aside>"

    def _details(self, block: Block) -> str:
        summary, inner = html_of(block.get("summary")), self.blocks(block.get("blocks") or ())
        return f"<details><summary>{summary}</summary>\n{inner}\n</details>"

    def _buttons(self, block: Block) -> str:
        links = [each for each in block.get("buttons") or () if safe_link(each.get("url") or "")]
        return buttons_of(links, block.get("align"))

    def _list(self, block: Block) -> str:
        items = block.get("items") or []
        ordered = [item for item in items if item.get("value") is not None]
        inner = "".join(map(self._item, items))
        if not ordered:
            checks = ' class="checks"' if any(each.get("has_checkbox") for each in items) else ""
            return f"<ul{checks}>{inner}</ul>"
        kind, start = ordered[0].get("type") or "1", ordered[0]["value"]
        given = (f' type="{kind}"' if kind in "aAiI" else "") + (
            f' start="{int(start)}"' if start != 1 else ""
        )
        return f"<ol{given}>{inner}</ol>"

    def _item(self, item: Block) -> str:
        mark = ("☑ " if item.get("is_checked") else "☐ ") if item.get("has_checkbox") else ""
        blocks = list(item.get("blocks") or ())
        first = ""
        if blocks and blocks[0].get("type") == "paragraph":
            first = html_of(blocks.pop(0).get("text"))
        return f"<li>{mark}{first}{self.blocks(blocks)}</li>"

    def _table(self, block: Block) -> str:
        kinds = [name for name in ("bordered", "striped", "compact") if block.get(f"is_{name}")]
        given = f' class="{" ".join(kinds)}"' if kinds else ""
        caption = html_of(block.get("caption"))
        rows = "".join(
            f"<tr>{''.join(map(_cell, row))}</tr>" for row in block.get("cells") or () if row
        )
        return f"<table{given}>{f'<caption>{caption}</caption>' if caption else ''}{rows}</table>"

    def _photo(self, block: Block) -> str:
        source = f"picture:{next(self._names)}"
        image = f'<img src="{escape(source)}" alt="{escape(_words(block))}">'
        return f"<figure>{image}{_caption(block)}</figure>"

    def _collage(self, block: Block) -> str:
        return f'<div class="collage">{self.blocks(block.get("blocks") or ())}</div>' + _below(
            block
        )

    def _slideshow(self, block: Block) -> str:
        return self.blocks(block.get("blocks") or ()) + _below(block)

    def _attached(self, block: Block) -> str:
        next(self._names)
        return _below(block).lstrip("\n")

    _document = _video = _audio = _animation = _voice_note = _attached

    def _map(self, block: Block) -> str:
        place = block.get("location") or {}
        address = _MAP.format(
            latitude=float(place.get("latitude") or 0),
            longitude=float(place.get("longitude") or 0),
            zoom=int(block.get("zoom") or 15),
        )
        caption = html_of((block.get("caption") or {}).get("text"))
        return f'<p><a href="{escape(address)}">{caption or escape(address)}</a></p>'


def buttons_of(buttons: Iterable[Block], align: str | None = None) -> str:
    """A row of buttons; nothing when there is none that a mail can have."""
    inner = " ".join(map(button_of, buttons))
    place = f" {align}" if align in ("center", "right") else ""
    return f'<p class="buttons{place}">{inner}</p>' if inner else ""


def _cell(cell: Block) -> str:
    tag = "th" if cell.get("is_header") else "td"
    given = ""
    if (align := cell.get("align")) in _ALIGNED and align != "left":
        given += f' align="{align}"'
    for span in ("colspan", "rowspan"):
        if (number := int(cell.get(span) or 1)) > 1:
            given += f' {span}="{min(number, 20)}"'
    return f"<{tag}{given}>{html_of(cell.get('text'))}</{tag}>"


def _credit(block: Block) -> str:
    credit = html_of(block.get("credit"))
    return f"<p><em>— {credit}</em></p>" if credit else ""


def _words(block: Block) -> str:
    return parse(html_of((block.get("caption") or {}).get("text"))).text()[:200]


def _caption(block: Block) -> str:
    given = block.get("caption") or {}
    parts = [html_of(given.get("text")), html_of(given.get("credit"))]
    words = " · ".join(part for part in parts if part)
    return f"<figcaption>{words}</figcaption>" if words else ""


def _below(block: Block) -> str:
    words = _caption(block)
    return f"\n<figure>{words}</figure>" if words else ""
