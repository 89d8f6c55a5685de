"""The blog's list, an article in pages, a notice of a new one."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from babel.dates import format_date
from markupsafe import Markup

from bot.blog.callbacks import BlogAction
from bot.kit import Button, Row, Screen, home_button, pager
from bot.kit.paging import back
from core.articles.body import summary_of
from core.articles.models import Article
from core.articles.queries import Neighbours
from core.i18n import Translator
from core.pages import Page
from core.typed import shortened

PER_PAGE = 8
_TITLE = 60
PARAGRAPH = Markup("\n\n")


def articles(
    _: Translator,
    page: Page[Article],
    locale: str,
    elsewhere: Mapping[str, int],
    follows: bool,
    note: Markup | None = None,
) -> Screen:
    """A page of the list, a button an article."""
    number = page.offset // PER_PAGE

    def at(verb: str, id_: int = 0, to: int = number) -> BlogAction:
        return BlogAction(verb=verb, id=id_, page=to, locale=locale)

    lines = [
        _("<b>Blog</b>\nHow to write to clients so that they read."),
        _("Choose an article:") if page.rows else _("The first article is being written."),
    ]
    rows: list[Row] = [
        [Button(shortened(each.title, _TITLE), at("read", each.id))] for each in page.rows
    ]
    rows.append(pager(_, number, page.total, PER_PAGE, lambda to: at("list", to=to)))
    rows.append(
        [Button(_("☑ Tell me of new articles"), at("unfollow"))]
        if follows
        else [Button(_("☐ Tell me of new articles"), at("follow"))]
    )
    rows += [[_language(_, name, n)] for name, n in elsewhere.items()]
    rows.append([home_button(_)])
    return Screen(PARAGRAPH.join([note, *lines] if note else lines), rows)


def _language(_: Translator, locale: str, n: int) -> Button:
    label = _("In English: {n}", n=n) if locale == "en" else _("In Russian: {n}", n=n)
    return Button(label, BlogAction(verb="list", locale=locale))


def part(
    _: Translator,
    article: Article,
    text: Markup,
    at: BlogAction,
    parts: int,
    ways: Sequence[Row],
) -> Screen:
    """One of the pages that an article makes as ordinary messages."""
    pages = pager(_, at.part, parts, 1, lambda to: at.model_copy(update={"part": to}))
    blocks = [heading(_, article), text] if at.part == 0 else [text]
    return Screen(PARAGRAPH.join(block for block in blocks if block), [pages, *ways])


def heading(_: Translator, article: Article) -> Markup:
    """The title and the day."""
    return Markup("<b>{}</b>\n<i>{}</i>").format(article.title, day(_, article))


def day(_: Translator, article: Article) -> str:
    """When it came out, in the reader's words."""
    assert article.published_at  # noqa: S101  readers are shown published ones only
    return str(format_date(article.published_at, "long", locale=_.locale))


def ways(
    _: Translator, article: Article, beside: Neighbours, at: BlogAction, link: str, in_chat: bool
) -> list[Row]:
    """To the articles beside it, to a friend, and back to the list."""

    def to(other: Article) -> BlogAction:
        return at.model_copy(update={"verb": "read", "id": other.id, "part": 0})

    near: Row = []
    if beside.newer:
        near.append(Button(_("‹ Newer"), to(beside.newer)))
    if beside.older:
        near.append(Button(_("Older ›"), to(beside.older)))
    share = [Button(_("Copy the link"), copy=link)]
    if in_chat:
        address = "https://t.me/share/url?" + urlencode({"url": link, "text": article.title})
        share.insert(0, Button(_("Share"), url=address))
    listed = at.model_copy(update={"verb": "list", "id": 0, "part": 0})
    return [near, share, [home_button(_), back(_, listed, _("Blog"))]]


def notice(_: Translator, article: Article) -> Screen:
    """A new article, for a chat that asked for it."""
    lead = article.summary or summary_of(article.body)
    text = _("New in the blog: <b>{title}</b>", title=article.title)
    read = BlogAction(verb="read", id=article.id)
    rows = [
        [Button(_("Read"), read, style="primary")],
        [Button(_("Tell me no more"), BlogAction(verb="unfollow"))],
    ]
    return Screen(PARAGRAPH.join((text, Markup.escape(lead))), rows)
