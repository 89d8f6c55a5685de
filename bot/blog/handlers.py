"""The list of articles, an article, and whether to hear of new ones."""

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from markupsafe import Markup

from bot.blog import reading, screens
from bot.blog.callbacks import BlogAction
from bot.kit import Chat
from bot.start.asked import is_question
from core.articles import cached, links, news, queries
from core.articles.models import Article
from core.errors import Conflict, NotFound
from core.i18n import LOCALES

router = Router(name="blog")


@router.message(Command("blog"))
async def command(_event: Message, chat: Chat, raw_state: str | None = None) -> None:
    """The list; in the middle of a question that comes first."""
    if is_question(raw_state):
        await chat.refuse(chat._("The blog can wait: answer the question, or /cancel."))
    else:
        await show_list(chat)


@router.callback_query(BlogAction.filter(F.verb == "list"))
async def open_list(_event: CallbackQuery, callback_data: BlogAction, chat: Chat) -> None:
    """A page of the list."""
    await show_list(chat, callback_data)


async def show_list(
    chat: Chat, asked: BlogAction | None = None, note: Markup | None = None
) -> None:
    """The articles of a language, the newest first."""
    asked = asked or BlogAction(verb="list")
    locale = _locale(chat, asked)
    offset = max(asked.page, 0) * screens.PER_PAGE
    page = await cached.page(chat.deps.cache, locale, offset, screens.PER_PAGE)
    elsewhere = await cached.elsewhere(chat.deps.cache, locale)
    async with chat.read() as (tx, _now):
        follows = await news.follows(tx, chat.id)
    await chat.show(screens.articles(chat._, page, locale, elsewhere, follows, note))


@router.callback_query(BlogAction.filter(F.verb == "read"))
async def read(_event: CallbackQuery, callback_data: BlogAction, chat: Chat) -> None:
    """An article; one that was taken back meanwhile sends to the list."""
    try:
        async with chat.read() as (tx, _now):
            article = await queries.by_id(tx, callback_data.id)
    except NotFound as gone:
        await show_list(chat, callback_data, chat._(gone.text))
        return
    await show_article(chat, article, callback_data)


async def follow_link(chat: Chat, payload: str) -> None:
    """The bot was opened by a link to the blog or to one of its articles."""
    if payload == links.START:
        await show_list(chat)
        return
    try:
        async with chat.read() as (tx, _now):
            article = await links.find(tx, payload)
    except NotFound as gone:
        await show_list(chat, note=chat._(gone.text))
        return
    await show_article(chat, article, BlogAction(verb="read", id=article.id))


async def show_article(chat: Chat, article: Article, asked: BlogAction) -> None:
    """The article with the ways on from it."""
    locale = _locale(chat, asked)
    async with chat.read() as (tx, _now):
        beside = await queries.neighbours(tx, article, locale)
    at = asked.model_copy(update={"locale": locale})
    await chat.show(await reading.screen(chat, article, beside, at))


@router.callback_query(BlogAction.filter(F.verb.in_({"follow", "unfollow"})))
async def switch(_event: CallbackQuery, callback_data: BlogAction, chat: Chat) -> None:
    """Whether this chat hears of new articles."""
    on = callback_data.verb == "follow"
    async with chat.begin() as (tx, now):
        if on:
            await news.follow(tx, chat.id, now)
        else:
            await news.unfollow(tx, chat.id)
    await show_list(chat, callback_data)
    await chat.toast(
        chat._("You will hear of new articles.")
        if on
        else chat._("You will no longer hear of new articles.")
    )


def _locale(chat: Chat, asked: BlogAction) -> str:
    if asked.locale not in ("", *LOCALES):
        raise Conflict
    return asked.locale or chat._.locale
