"""Commands that open a list at once, wherever the conversation stands."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.account.profile import show_profile
from bot.clients.handlers import show_list as show_clients
from bot.kit import Chat
from bot.mailings.lists import choose_message, show_mailings
from bot.messages.lists import show as show_messages

router = Router(name="shortcuts")


@router.message(Command("new"))
async def new(_event: Message, chat: Chat) -> None:
    """The choice of a message for a new mailing."""
    await choose_message(chat)


@router.message(Command("mailings"))
async def mailings(_event: Message, chat: Chat) -> None:
    """All mailings."""
    await show_mailings(chat)


@router.message(Command("messages"))
async def messages(_event: Message, chat: Chat) -> None:
    """All messages."""
    await show_messages(chat, "every")


@router.message(Command("clients"))
async def clients(_event: Message, chat: Chat) -> None:
    """All clients."""
    await show_clients(chat, "")


@router.message(Command("profile"))
async def profile(_event: Message, chat: Chat) -> None:
    """The profile."""
    await show_profile(chat, chat.user)
