"""Adding pictures and files to a message and taking them out again."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.messages import file_screens, screens
from bot.messages.callbacks import FileAction, MessageAction
from bot.messages.media import MEDIA, fetched, together
from bot.messages.states import MessageForm
from core.errors import Invalid
from core.i18n import N_
from core.messages import models, queries, service

router = Router(name="files of messages")

FILE_EXPECTED = N_("A picture or a file is expected here; to change the text, go back.")


@router.callback_query(MessageAction.filter(F.verb == "files"))
async def files(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """All that is shown and attached."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
    await show(chat, message)


async def show(chat: Chat, message: models.Message, note: str = "") -> None:
    """The screen, waiting for one more."""
    screen = file_screens.manage(chat._, message, screens.wording(message).files, note)
    await chat.ask(MessageForm.files, screen, message=message.id, files=None)


@router.message(MessageForm.files, MEDIA)
async def add(event: Message, chat: Chat) -> None:
    """One more; each of an album comes by itself."""
    new = await fetched(chat, together({}, event))
    async with chat.begin() as (tx, now):
        message = await service.edit(tx, chat.user, chat.draft["message"], now, add=new)
    await show(chat, message, chat._("Added."))


@router.message(MessageForm.files)
async def expected(_event: Message, chat: Chat) -> None:
    """Something else."""
    raise Invalid(FILE_EXPECTED)


@router.callback_query(FileAction.filter(F.verb == "remove"))
async def remove(_event: CallbackQuery, callback_data: FileAction, chat: Chat) -> None:
    """Take one out; letters already sent keep it."""
    async with chat.begin() as (tx, now):
        message = await service.edit(
            tx, chat.user, callback_data.message, now, remove=[callback_data.file]
        )
    await show(chat, message, chat._("Taken out."))
