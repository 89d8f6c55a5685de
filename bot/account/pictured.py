"""A screen under a picture."""

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import BufferedInputFile

from bot.kit import Screen


class Pictured:
    """Shows a photo with the screen as its caption; without the photo where it is refused."""

    def __init__(self, screen: Screen, content: bytes) -> None:
        self._screen = screen
        self._content = content

    async def send(self, bot: Bot, chat_id: int) -> int | None:
        """The picture with the screen's text under it."""
        picture = BufferedInputFile(self._content, "photo.jpg")
        markup = self._screen.inline_keyboard()
        try:
            sent = await bot.send_photo(
                chat_id, picture, caption=self._screen.html(), reply_markup=markup
            )
        except TelegramBadRequest:
            return None
        return sent.message_id

    async def edit(self, _bot: Bot, _chat_id: int, _message_id: int) -> bool:
        """A text cannot turn into it: it takes a message of its own."""
        return False
