"""Rich messages (Bot API 10.1), and what is sent where Telegram does not take one."""

from collections.abc import Mapping

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardMarkup,
    InputFile,
    InputRichMessage,
    Message,
)
from markupsafe import Markup

from core.richtext.to_chat import chat_html
from core.richtext.to_telegram import blocks_from_html

Pictures = Mapping[str, bytes]  # by the address that the HTML has for each
SHOWN = 3500  # characters of the ordinary message


async def send_rich(
    bot: Bot,
    chat_id: int,
    html: str,
    keyboard: InlineKeyboardMarkup | None = None,
    pictures: Pictures | None = None,
    otherwise: Markup | str | None = None,
) -> Message:
    """HTML as a rich message; else `otherwise`, or the same HTML as an ordinary one."""
    try:
        return await bot.send_rich_message(chat_id, rich(html, pictures), reply_markup=keyboard)
    except (TelegramBadRequest, TelegramNotFound):  # an older server knows no such method
        plain = str(otherwise or chat_html(html, SHOWN)) or "…"
        return await bot.send_message(chat_id, plain, reply_markup=keyboard)


async def edit_rich(
    bot: Bot,
    chat_id: int,
    message_id: int,
    html: str,
    keyboard: InlineKeyboardMarkup | None = None,
    otherwise: Markup | str | None = None,
) -> None:
    """Put HTML into the place of a text or of another rich message."""
    try:
        await bot.edit_message_text(
            rich_message=rich(html),
            chat_id=chat_id,
            message_id=message_id,
            reply_markup=keyboard,
            parse_mode=None,
        )
    except TelegramBadRequest as error:
        if "message is not modified" in error.message:
            return
        plain = str(otherwise or chat_html(html, SHOWN)) or "…"
        await bot.edit_message_text(
            plain, chat_id=chat_id, message_id=message_id, reply_markup=keyboard
        )


def rich(html: str, pictures: Pictures | None = None) -> InputRichMessage:
    """HTML as Telegram takes it; pictures that are not given are left out."""
    known = pictures or {}

    def place(source: str) -> InputFile | str | None:
        if source in known:
            return BufferedInputFile(known[source], "picture.jpg")
        return source if source.startswith(("http://", "https://")) else None

    return InputRichMessage.model_validate({"blocks": blocks_from_html(html, place)})
