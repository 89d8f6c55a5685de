"""An article on the screen: with its picture above the words, else in pages of text."""

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest

from bot.blog import screens
from bot.blog.callbacks import BlogAction
from bot.blog.photos import Photos
from bot.kit import Chat, Screen
from core import bot_name
from core.articles import links
from core.articles.chat_text import CAPTION, PAGE, blocks, pages
from core.articles.models import Article
from core.articles.queries import Neighbours


async def screen(chat: Chat, article: Article, beside: Neighbours, at: BlogAction) -> Screen:
    """The part of the article that is asked for, and the ways on."""
    link, in_chat = await _link(chat, article)
    ways = screens.ways(chat._, article, beside, at, link, in_chat)
    first = CAPTION - len(screens.heading(chat._, article).striptags()) if article.picture else PAGE
    parts = pages(blocks(article.body), first)
    at = at.model_copy(update={"part": max(0, min(at.part, len(parts) - 1))})
    made = screens.part(chat._, article, parts[at.part], at, len(parts), ways)
    if article.picture is None or at.part:
        return made
    photos = Photos(chat.deps, article.picture.digest)
    return Screen(made.text, made.rows, drawing=Captioned(photos, made))


async def _link(chat: Chat, article: Article) -> tuple[str, bool]:
    """What to pass on: the bot's own link, else the page of the site."""
    me = await chat.bot.me()
    start = links.start_of(article)
    if link := bot_name.start_link(chat.deps.settings, me.username, start):
        return link, True
    return links.page(chat.deps.settings, article), False


class Captioned:
    """A picture with a screen's words and buttons under it."""

    def __init__(self, photos: Photos, screen: Screen) -> None:
        self._photos = photos
        self._screen = screen

    async def send(self, bot: Bot, chat_id: int) -> int | None:
        """A new message; None when Telegram takes neither the kept file nor the uploaded one."""
        keyboard = self._screen.inline_keyboard()
        for photo in await self._photos.ways():
            try:
                sent = await bot.send_photo(
                    chat_id, photo, caption=self._screen.html(), reply_markup=keyboard
                )
            except TelegramBadRequest:
                continue
            await self._photos.sent(sent)
            return sent.message_id
        return None

    async def edit(self, bot: Bot, chat_id: int, message_id: int) -> bool:
        """A text cannot become a picture, so a new message takes its place."""
        return False
