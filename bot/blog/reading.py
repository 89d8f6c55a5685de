"""An article on the screen: whole as a rich message, else in pages of an ordinary one."""

from markupsafe import Markup

from bot.blog import screens
from bot.blog.callbacks import BlogAction
from bot.blog.drawings import COVER, Captioned, Rich
from bot.blog.photos import Photos
from bot.kit import Chat, Drawing, Screen
from core import bot_name
from core.articles import links
from core.articles.body import kept_html
from core.articles.chat_text import CAPTION, PAGE, kept_pages, units, words
from core.articles.models import Article
from core.articles.queries import Neighbours
from core.i18n import Translator

WHOLE = 30_000  # a rich message takes 32,768 with its title


async def screen(chat: Chat, article: Article, beside: Neighbours, at: BlogAction) -> Screen:
    """The article with the ways on; its pages are for where no rich message is taken."""
    link, in_chat = await _link(chat, article)
    ways = screens.ways(chat._, article, beside, at, link, in_chat)
    title = screens.heading(chat._, article)
    first = CAPTION - units(words(title)) if article.picture else PAGE
    parts = kept_pages(article.body, first)
    at = at.model_copy(update={"part": max(0, min(at.part, len(parts) - 1))})
    made = screens.part(chat._, article, parts[at.part], at, len(parts), ways)
    if at.part:
        return made
    whole = sum(units(words(part)) for part in parts) <= WHOLE
    drawing = _drawing(chat, article, made, Screen("", ways) if whole else None)
    return Screen(made.text, made.rows, drawing=drawing)


def _drawing(chat: Chat, article: Article, first: Screen, whole: Screen | None) -> Drawing | None:
    photos = Photos(chat.deps, article.picture.digest) if article.picture else None
    captioned = Captioned(photos, first) if photos else None
    if whole is None:
        return captioned
    return Rich(_html(chat._, article), whole.inline_keyboard(), photos, captioned)


def _html(_: Translator, article: Article) -> str:
    cover = Markup('<img src="{}">').format(COVER) if article.picture else Markup()
    title = Markup("<h1>{}</h1><p><em>{}</em></p>").format(article.title, screens.day(_, article))
    return title + cover + kept_html(article.body)


async def _link(chat: Chat, article: Article) -> tuple[str, bool]:
    """What to pass on: the bot's own link, else the page of the site."""
    me = await chat.bot.me()
    start = links.start_of(article)
    if link := bot_name.start_link(chat.deps.settings, me.username, start):
        return link, True
    return links.page(chat.deps.settings, article), False
