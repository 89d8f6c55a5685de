"""The owner's data as a file, and the end of the account."""

from aiogram import F, Router
from aiogram.types import CallbackQuery
from markupsafe import Markup

from bot.account import leaving_screens as screens
from bot.account.callbacks import AccountAction
from bot.kit import Chat
from bot.start.home import show_home
from core.leaving import export, service
from core.users.models import User

router = Router(name="leaving")


@router.callback_query(AccountAction.filter(F.verb == "data"))
async def show(_event: CallbackQuery, chat: Chat) -> None:
    """What can be done with all of it."""
    await show_data(chat, chat.user)


async def show_data(chat: Chat, user: User, note: Markup | None = None) -> None:
    """The screen, after a step with a word about it."""
    await chat.show(screens.data(chat._, user, note))


@router.callback_query(AccountAction.filter(F.verb == "export"))
async def ask_export(_event: CallbackQuery, chat: Chat) -> None:
    """It is made beside the conversation, and comes by itself."""
    async with chat.begin() as (tx, now):
        await export.ask(tx, chat.user, chat.id, now)
    note = chat._("Your data are being collected: the file comes here by itself, in a minute.")
    await show_data(chat, chat.user, note)


@router.callback_query(AccountAction.filter(F.verb == "leave"))
async def ask_leave(_event: CallbackQuery, chat: Chat) -> None:
    """Say what it means first."""
    days = chat.deps.settings.account_deletion_days
    await chat.show(screens.ask_leave(chat._, days))


@router.callback_query(AccountAction.filter(F.verb == "leave_sure"))
async def leave(_event: CallbackQuery, chat: Chat) -> None:
    """Everything stands still from now on."""
    async with chat.begin() as (tx, now):
        user = await service.ask(tx, chat.user, now, chat.deps.settings.deletion_wait)
    chat.become(user)
    await show_data(chat, user)


@router.callback_query(AccountAction.filter(F.verb == "keep"))
async def keep(_event: CallbackQuery, chat: Chat) -> None:
    """The owner stays after all."""
    async with chat.begin() as (tx, now):
        user = await service.take_back(tx, chat.user, now)
    chat.become(user)
    note = chat._("✓ Your account stays. Frozen mailings wait for you to go on with them.")
    await show_home(chat, note)
