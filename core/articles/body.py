"""An article's body: a small Markdown, read into HTML that can do no harm."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from core.errors import Invalid
from core.i18n import N_
from core.typed import blank, clean, shortened

LONGEST = 50_000  # characters of Markdown
_SUMMARY = 200

EMPTY = N_("An article needs a text.")
TOO_LONG = N_("The text has {length} characters; an article may have up to {most}.")

# Sources of pages are not pictures: an article has one picture, which is checked and kept here.
_TAGS = {
    *("h2", "h3", "h4", "p", "br", "hr", "blockquote", "pre", "code", "ul", "ol", "li"),
    *("strong", "em", "s", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel", "tg"}
_LOWEST = 4  # the smallest heading


@cache
def reader() -> MarkdownIt:
    """What is read: CommonMark with tables and strikethrough, without HTML and pictures."""
    markdown = MarkdownIt("commonmark", {"html": False, "linkify": False})
    markdown.enable(["table", "strikethrough"])
    return markdown.disable(["image", "html_inline", "html_block"])


def check_body(typed: str) -> str:
    """The Markdown as it will be kept, or Invalid in words."""
    body = clean(typed)
    if blank(body):
        raise Invalid(EMPTY)
    if len(body) > LONGEST:
        raise Invalid(TOO_LONG, length=len(body), most=LONGEST)
    return body


def tokens(body: str) -> list[Token]:
    """The body's parts; its largest headings stand one step below the article's title."""
    found = reader().parse(body)
    headings = [each for each in found if each.type in ("heading_open", "heading_close")]
    largest = min((int(each.tag[1:]) for each in headings), default=1)
    for each in headings:
        each.tag = f"h{min(int(each.tag[1:]) - largest + 2, _LOWEST)}"
    return found


def html_of(body: str) -> Markup:
    """The body as HTML for a page, a feed or a rich message."""
    return _harmless(_drawn(tokens(body)))


@lru_cache(maxsize=64)
def kept_html(body: str) -> Markup:
    """The same for what is published: it is read much oftener than it changes."""
    return html_of(body)


def parts_of(body: str) -> Iterator[Markup]:
    """The same, each paragraph, heading, list, quote or table by itself."""
    part: list[Token] = []
    depth = 0
    for token in tokens(body):
        part.append(token)
        depth += token.nesting
        if depth == 0:
            yield _harmless(_drawn(part))
            part = []


def _drawn(found: Sequence[Token]) -> str:
    markdown = reader()
    return str(markdown.renderer.render(found, markdown.options, {}))


def _harmless(drawn: str) -> Markup:
    safe = nh3.clean(
        drawn,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener nofollow",
    )
    return Markup(safe)  # noqa: S704  made harmless the line above


def summary_of(body: str) -> str:
    """The first paragraph, as plain text short enough for a card or a search engine."""
    return shortened(next(_plain_paragraphs(body), ""), _SUMMARY)


def _plain_paragraphs(body: str) -> Iterator[str]:
    opened = ""
    for token in tokens(body):
        if token.type == "inline" and opened == "paragraph_open":
            yield "".join(map(_words, token.children or ()))
        opened = token.type


def _words(token: Token) -> str:
    return " " if token.type in ("softbreak", "hardbreak") else token.content
