"""An article as ordinary messages of Telegram: its blocks, then pages cut between them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape, unescape

from markupsafe import Markup

from core.articles.body import LONGEST, parts_of
from core.richtext.to_chat import chat_html

PAGE = 3500  # Telegram takes 4096 UTF-16 units; the title and a note need room as well
CAPTION = 950  # under a picture it takes 1024
BETWEEN = Markup("\n\n")
_TAG = re.compile(r"<[^>]+>")
_LINES = re.compile(r"\n{2,}")


def blocks(body: str) -> list[Markup]:
    """Each paragraph, heading, list, quote or table in Telegram's HTML."""
    drawn = (_tidy(chat_html(html, LONGEST)) for html in parts_of(body))
    return [Markup(block) for block in drawn if block]  # noqa: S704  chat_html escapes


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


@lru_cache(maxsize=64)
def kept_pages(body: str, first: int = PAGE) -> tuple[Markup, ...]:
    """The pages of an article that is read again and again."""
    return tuple(pages(blocks(body), first))


def units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le", "replace")) // 2


def words(part: Markup) -> str:
    """A block without its tags, line ends kept."""
    return unescape(_TAG.sub("", part))


def _tidy(drawn: str) -> str:
    """A list or a quote without empty lines, so that it is seen to be one block."""
    return drawn if "<pre>" in drawn else _LINES.sub("\n", drawn)


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
