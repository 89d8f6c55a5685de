"""Looking at older wordings of a message and taking one back."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.kit import Chat
from bot.messages import advice, history_screens, screens
from bot.messages.callbacks import MessageAction, VersionAction
from bot.messages.cards import card_of
from core.messages import queries, service

router = Router(name="history of messages")


@router.callback_query(MessageAction.filter(F.verb == "history"))
async def listing(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """A page of the history."""
    offset = max(0, callback_data.page) * history_screens.PER_PAGE
    async with chat.read() as (tx, now):
        message = await queries.get(tx, chat.user, callback_data.id)
        page = await queries.versions(tx, chat.user, message.id, offset, history_screens.PER_PAGE)
    await chat.show(history_screens.history(chat._, chat.user, message, page, now))


@router.callback_query(VersionAction.filter(F.verb == "see"))
async def see(_event: CallbackQuery, callback_data: VersionAction, chat: Chat) -> None:
    """One wording."""
    async with chat.read() as (tx, now):
        message = await queries.get(tx, chat.user, callback_data.message)
        version = await queries.version(tx, chat.user, message.id, callback_data.version)
    page = callback_data.page
    await chat.show(history_screens.version(chat._, chat.user, message, version, page, now))


@router.callback_query(VersionAction.filter(F.verb == "restore"))
async def restore(_event: CallbackQuery, callback_data: VersionAction, chat: Chat) -> None:
    """Make it the present one again."""
    ids = callback_data.message, callback_data.version
    async with chat.begin() as (tx, now):
        older = await queries.version(tx, chat.user, *ids)
        message = await service.restore(tx, chat.user, *ids, now)
    note = chat._("Version {no} is back.", no=older.no)
    note = advice.saved(chat._, screens.wording(message), note)
    await chat.show(card_of(chat, message, note))
