"""The page of the site that takes files of clients which Telegram does not hand over."""

from bot.kit import Chat
from core.clients import upload_links
from core.clients.upload_links import Link


async def upload_page(chat: Chat) -> str | None:
    """The page for this chat's files, where there is one that can be opened."""
    async with chat.read() as (_tx, now):
        link = Link(chat.user.id, chat.id)
        return upload_links.page(chat.deps.settings, link, chat._.locale, now)
