"""Ways to show an article: as a rich message, else with its picture above the first words."""

from collections.abc import Awaitable, Callable

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardMarkup,
    InputRichMessage,
    Message,
    PhotoSize,
    RichBlockPhoto,
)

from bot.blog.photos import Photos
from bot.kit import Screen
from core.richtext.to_telegram import blocks_from_html

COVER = "cover"  # the picture's place in the HTML
Photo = str | BufferedInputFile


class Captioned:
    """A picture with a screen's words and buttons under it."""

    def __init__(self, photos: Photos, screen: Screen) -> None:
        self._photos = photos
        self._screen = screen

    async def send(self, bot: Bot, chat_id: int) -> int | None:
        """A new message; None when Telegram takes neither the kept file nor the uploaded one."""
        words, keyboard = self._screen.html(), self._screen.inline_keyboard()
        for photo in await self._photos.ways():
            try:
                sent = await bot.send_photo(chat_id, photo, caption=words, reply_markup=keyboard)
            except TelegramBadRequest:
                continue
            await self._photos.remember(sent.photo)
            return sent.message_id
        return None

    async def edit(self, bot: Bot, chat_id: int, message_id: int) -> bool:
        """A text cannot become a picture, so a new message takes its place."""
        return False


class Rich:
    """The whole article in one message; `otherwise` where Telegram does not take that."""

    def __init__(
        self,
        html: str,
        keyboard: InlineKeyboardMarkup | None,
        photos: Photos | None,
        otherwise: Captioned | None,
    ) -> None:
        self._html = html
        self._keyboard = keyboard
        self._photos = photos
        self._otherwise = otherwise

    async def send(self, bot: Bot, chat_id: int) -> int | None:
        """A new message."""

        async def send(message: InputRichMessage) -> Message:
            return await bot.send_rich_message(chat_id, message, reply_markup=self._keyboard)

        sent = await self._first_taken(send)
        if isinstance(sent, Message):
            return sent.message_id
        return await self._otherwise.send(bot, chat_id) if self._otherwise else None

    async def edit(self, bot: Bot, chat_id: int, message_id: int) -> bool:
        """In the place of a text or of another article."""

        async def edit(message: InputRichMessage) -> Message | bool:
            return await bot.edit_message_text(
                rich_message=message,
                chat_id=chat_id,
                message_id=message_id,
                reply_markup=self._keyboard,
                parse_mode=None,
            )

        return bool(await self._first_taken(edit))

    async def _first_taken(
        self, put: Callable[[InputRichMessage], Awaitable[Message | bool]]
    ) -> Message | bool:
        """By the file that Telegram has, else by the picture itself; False when all is refused."""
        photos: list[Photo | None] = [*(await self._photos.ways())] if self._photos else [None]
        for photo in photos:
            try:
                shown = await put(self._message(photo))
            except TelegramBadRequest as error:
                if "message is not modified" in error.message:
                    return True
            except TelegramNotFound:  # an older server knows no such method
                return False
            else:
                if self._photos and isinstance(shown, Message):
                    await self._photos.remember(_photo_of(shown))
                return shown
        return False

    def _message(self, photo: Photo | None) -> InputRichMessage:
        def place(source: str) -> Photo | None:
            return photo if source == COVER else None

        blocks = blocks_from_html(self._html, place)
        return InputRichMessage.model_validate({"blocks": blocks})


def _photo_of(message: Message) -> list[PhotoSize] | None:
    blocks = message.rich_message.blocks if message.rich_message else []
    return next((block.photo for block in blocks if isinstance(block, RichBlockPhoto)), None)
