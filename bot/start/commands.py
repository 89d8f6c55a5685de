"""What Telegram's own menu says: by language and by who it is for."""

from typing import Literal

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import BotCommand, BotCommandScopeChat, BotCommandScopeDefault

from bot.kit import Chat
from core.i18n import LOCALES, N_, Translator, translator
from core.users.models import User

Role = Literal["guest", "owner", "administrator"]

MENU = "menu"  # what a chat was last told, in the conversation's memory

COMMANDS = {
    "start": N_("The first screen"),
    "new": N_("Start a new mailing"),
    "mailings": N_("Your mailings"),
    "messages": N_("Your messages"),
    "clients": N_("Your clients"),
    "profile": N_("Profile and settings"),
    "admin": N_("Users and invitations"),
    "blog": N_("Blog"),
    "cancel": N_("Leave what was begun"),
    "language": N_("Русский, English"),
    "help": N_("How it works"),
}
OWNERS = {"new", "mailings", "messages", "clients", "profile"}


async def announce_commands(bot: Bot) -> None:
    """For strangers: Russian for those whose Telegram is Russian, else English."""
    for locale in LOCALES:
        menu = commands(translator(locale), "guest")
        code = None if locale == "en" else locale
        await bot.set_my_commands(menu, BotCommandScopeDefault(), code)


async def keep_menu(chat: Chat) -> None:
    """Give a chat the menu of its language and role, if it has another one yet."""
    role = role_of(chat.account.user)
    menu = f"{chat.account.locale}:{role}:{len(COMMANDS)}"
    if chat.remembered(MENU) == menu:
        return
    try:
        scope = BotCommandScopeChat(chat_id=chat.id)
        await chat.bot.set_my_commands(commands(chat._, role), scope)
    except TelegramAPIError:
        return  # the menu of strangers stays, every command works all the same
    await chat.remember(MENU, menu)


def role_of(user: User | None) -> Role:
    """Who it is."""
    if user is None:
        return "guest"
    return "administrator" if user.is_admin and not user.blocked_at else "owner"


def commands(_: Translator, role: Role) -> list[BotCommand]:
    """The menu of a role."""
    hidden = set() if role == "administrator" else {"admin"}
    if role == "guest":
        hidden = {"admin", *OWNERS}
    return [
        BotCommand(command=name, description=_(text).unescape())
        for name, text in COMMANDS.items()
        if name not in hidden
    ]
