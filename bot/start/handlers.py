"""Commands that work everywhere, the first screen, help and the language."""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot.account.asking import ask, form_of
from bot.account.proof import follow_link
from bot.account.states import Proof, Registration
from bot.blog.handlers import follow_link as follow_article
from bot.kit import Chat, Nav
from bot.start import screens
from bot.start.callbacks import StartAction
from bot.start.home import show_home
from core.articles import links
from core.bootstrap import Deps
from core.db import clock
from core.errors import Conflict
from core.i18n import LOCALES
from core.users import profile

router = Router(name="start")

CONFIRM = "confirm_"


@router.message(CommandStart())
async def start(_event: Message, command: CommandObject, chat: Chat) -> None:
    """The first screen; with a payload, what the link in a letter asks for."""
    if command.args and command.args.startswith(CONFIRM):
        await follow_link(chat, command.args.removeprefix(CONFIRM))
    elif command.args and links.is_start(command.args):
        await follow_article(chat, command.args)
    else:
        await show_home(chat)


@router.callback_query(Nav.filter(F.to == "home"))
async def home(_event: CallbackQuery, chat: Chat) -> None:
    """The first screen."""
    await show_home(chat)


@router.message(Command("cancel"))
async def cancel(_event: Message, chat: Chat, raw_state: str | None = None) -> None:
    """Leave what was begun; what had been saved stays."""
    begun = raw_state is not None and raw_state != Proof.code.state
    note = (
        chat._("Cancelled, nothing was saved.") if begun else chat._("There is nothing to cancel.")
    )
    if chat.account.user is None:
        await chat.done(screens.greeting(chat._, note))
    else:
        await show_home(chat, note)


@router.message(Command("help"))
async def help_command(_event: Message, chat: Chat, raw_state: str | None = None) -> None:
    """In the middle of a question, help with it; the question stays."""
    if raw_state is None:
        await show_help(chat)
    else:
        registering = raw_state.startswith(Registration.__full_group_name__)
        await chat.refuse(screens.step_help(chat._, registering=registering))


@router.callback_query(StartAction.filter(F.verb == "help"))
async def help_button(_event: CallbackQuery, chat: Chat) -> None:
    """How it works."""
    await show_help(chat)


async def show_help(chat: Chat) -> None:
    """How it works."""
    await chat.show(screens.helping(chat._, registered=chat.account.user is not None))


@router.message(Command("language"))
async def language_command(event: Message, chat: Chat, raw_state: str | None = None) -> None:
    """Amid a question the language changes at once, and the question stays."""
    if raw_state is None:
        await chat.show(screens.language(chat._))
        return
    other = next(locale for locale in LOCALES if locale != chat._.locale)
    await speak(chat, other)
    step = raw_state.partition(":")[2]
    if raw_state.startswith(Registration.__full_group_name__):
        name = event.from_user.full_name if event.from_user else ""
        await ask(chat, step, form_of(chat), name)
    else:
        await chat.refuse(chat._("I speak English from the next screen on."))


@router.callback_query(StartAction.filter(F.verb == "language"))
async def language_button(_event: CallbackQuery, chat: Chat) -> None:
    """Which language to speak."""
    await chat.show(screens.language(chat._))


@router.callback_query(StartAction.filter(F.verb == "speak"))
async def speak_button(_event: CallbackQuery, callback_data: StartAction, chat: Chat) -> None:
    """The language was chosen."""
    if callback_data.locale not in LOCALES:
        raise Conflict
    await speak(chat, callback_data.locale)
    await show_home(chat)


async def speak(chat: Chat, locale: str) -> None:
    """In this chat and in letters."""
    async with chat.begin() as (tx, _now):
        await profile.speak(tx, chat.account, locale)
    chat.account.locale = locale


@router.my_chat_member(F.chat.type == "private", F.new_chat_member.status == "kicked")
async def blocked(event: ChatMemberUpdated, deps: Deps) -> None:
    """The person stopped the bot."""
    async with deps.sessions.begin() as tx:
        await profile.blocked(tx, event.chat.id, await clock(tx))
