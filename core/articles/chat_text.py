"""An article as ordinary messages of Telegram: its blocks, then pages cut between them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape, unescape
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from core.articles.body import reader, tokens

PAGE = 3500  # Telegram takes 4096 UTF-16 units; the title and a note need room as well
CAPTION = 950  # under a picture it takes 1024
BETWEEN = Markup("\n\n")
_TAG = re.compile(r"<[^>]+>")
_LINES = re.compile(r"\n{2,}")


def blocks(body: str) -> list[Markup]:
    """Each paragraph, heading, list, quote or table in Telegram's HTML."""
    renderer, options = _ChatRenderer(reader()), reader().options
    drawn = (_tidy(renderer.render(part, options, {})) for part in _top_level(tokens(body)))
    return [Markup(block) for block in drawn if block]  # noqa: S704  the renderer escapes


def pages(parts: Iterable[Markup], first: int = PAGE, most: int = PAGE) -> list[Markup]:
    """As few pages as the blocks fit in; only a block longer than a page is cut itself.

    The first page may be shorter, and stays empty when not even the first block fits.
    """
    pieces = [piece for part in parts for piece in _pieces(part, most)]
    found: list[list[Markup]] = [[]]
    for piece in pieces:
        limit = first if len(found) == 1 else most
        if _length([*found[-1], piece]) > limit:
            found.append([])
        found[-1].append(piece)
    return [BETWEEN.join(page) for page in found]


def units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le", "replace")) // 2


def words(part: Markup) -> str:
    """A block without its tags, line ends kept."""
    return unescape(_TAG.sub("", part))


def _tidy(drawn: str) -> str:
    if drawn.startswith("<pre>"):
        return drawn.strip()
    return _LINES.sub("\n", drawn).replace("\n</blockquote>", "</blockquote>").strip()


def _length(parts: Sequence[Markup]) -> int:
    return sum(units(words(part)) for part in parts) + len(BETWEEN) * (len(parts) - 1)


def _pieces(part: Markup, limit: int) -> Iterator[Markup]:
    """The block itself; a longer one as plain text, cut at line ends or words."""
    rest = words(part)
    if units(rest) <= limit:
        yield part
        return
    while rest:
        cut = _cut(rest, limit)
        yield Markup(escape(rest[:cut].strip(), quote=False))  # noqa: S704  escaped here
        rest = rest[cut:].strip()


def _cut(text: str, limit: int) -> int:
    """Where to end a piece: after a line, else after a word, else anywhere."""
    if units(text) <= limit:
        return len(text)
    window = text[: limit // 2] if units(text[:limit]) > limit else text[:limit]
    return max(window.rfind("\n"), 0) or max(window.rfind(" "), 0) or len(window)


def _top_level(found: Sequence[Token]) -> Iterator[list[Token]]:
    part: list[Token] = []
    depth = 0
    for token in found:
        part.append(token)
        depth += token.nesting
        if depth == 0:
            yield part
            part = []


class _ChatRenderer(RendererHTML):
    """Draws with the few tags of an ordinary message; what it has no tag for becomes lines."""

    def renderToken(self, found: Sequence[Token], at: int, *_rest: Any) -> str:  # noqa: N802
        token = found[at]
        if token.hidden:
            return ""
        return (_OPENING if token.nesting == 1 else _CLOSING).get(token.type, "")

    def blockquote_open(self, found: Sequence[Token], at: int, *_rest: Any) -> str:
        return "" if _within_quote(found[:at]) else "<blockquote>"

    def blockquote_close(self, found: Sequence[Token], at: int, *_rest: Any) -> str:
        return "" if _within_quote(found[: at + 1]) else "</blockquote>"

    def list_item_open(self, found: Sequence[Token], at: int, *_rest: Any) -> str:
        token = found[at]
        mark = f"{token.info}." if token.info else "•"
        return "\n" + "\u2003" * (token.level // 2) + f"{mark} "

    def link_open(self, found: Sequence[Token], at: int, *_rest: Any) -> str:
        return f'<a href="{escape(str(found[at].attrGet("href") or ""))}">'

    def th_open(self, found: Sequence[Token], at: int, *_rest: Any) -> str:
        return _between_cells(found[at - 1]) + "<b>"

    def td_open(self, found: Sequence[Token], at: int, *_rest: Any) -> str:
        return _between_cells(found[at - 1])

    def softbreak(self, *_rest: Any) -> str:
        return " "

    def hardbreak(self, *_rest: Any) -> str:
        return "\n"

    def hr(self, *_rest: Any) -> str:
        return "———"

    def fence(self, found: Sequence[Token], at: int, *_rest: Any) -> str:
        return _preformatted(found[at])

    def code_block(self, found: Sequence[Token], at: int, *_rest: Any) -> str:
        return _preformatted(found[at])


def _preformatted(token: Token) -> str:
    return f"<pre>{escape(token.content.rstrip(), quote=False)}</pre>"


def _within_quote(before: Sequence[Token]) -> bool:
    """Telegram refuses a quote within a quote."""
    return sum(token.nesting for token in before if token.type.startswith("blockquote_")) > 0


def _between_cells(before: Token) -> str:
    return "" if before.type == "tr_open" else " · "


_OPENING = {
    "heading_open": "<b>",
    "strong_open": "<b>",
    "em_open": "<i>",
    "s_open": "<s>",
    "tr_open": "\n",
}
_CLOSING = {
    "heading_close": "</b>",
    "strong_close": "</b>",
    "em_close": "</i>",
    "s_close": "</s>",
    "link_close": "</a>",
    "th_close": "</b>",
    "paragraph_close": "\n",
}
