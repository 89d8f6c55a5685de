"""Commands that work everywhere, the first screen, help and the language."""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from bot.account.asking import ask, form_of
from bot.account.proof import follow_link
from bot.account.states import Registration
from bot.blog import handlers as blog
from bot.kit import Chat, Nav
from bot.start import helping, screens
from bot.start.asked import is_question, left
from bot.start.callbacks import StartAction
from bot.start.commands import role_of
from bot.start.home import greeting, show_home
from core.articles import links
from core.errors import Conflict
from core.i18n import LOCALES
from core.users import invitations, profile

router = Router(name="start")

CONFIRM = "confirm_"
INVITE = "invite_"


@router.message(CommandStart())
async def start(_event: Message, command: CommandObject, chat: Chat) -> None:
    """The first screen; with a payload, what the link asks for."""
    payload = (command.args or "").strip()
    if payload.startswith(CONFIRM):
        await follow_link(chat, payload.removeprefix(CONFIRM))
    elif payload.startswith(INVITE):
        await follow_invitation(chat, payload.removeprefix(INVITE))
    elif links.is_start(payload):
        await blog.follow_link(chat, payload)
    elif payload:
        await show_home(chat, chat._("This link leads to nothing I know. Here is where to go on."))
    else:
        await show_home(chat)


async def follow_invitation(chat: Chat, token: str) -> None:
    """The link that lets a stranger register."""
    if chat.account.user:
        await show_home(chat, chat._("You have an account already: pass the invitation on."))
        return
    async with chat.begin() as (tx, now):
        found = await invitations.accept(tx, chat.account, token, now)
    chat.account.invitation_id = found.id
    await show_home(chat, chat._("✓ You are invited: the registration takes a minute."))


@router.callback_query(Nav.filter(F.to == "home"))
async def home(_event: CallbackQuery, chat: Chat) -> None:
    """The first screen."""
    await show_home(chat)


@router.message(Command("cancel"))
async def cancel(_event: Message, chat: Chat, raw_state: str | None = None) -> None:
    """Leave what was begun; what had been saved stays."""
    note = left(chat._, raw_state)
    if chat.account.user is None:
        await chat.done(await greeting(chat, note, begun=False))
    else:
        await show_home(chat, note)


@router.message(Command("help"))
async def help_command(_event: Message, chat: Chat, raw_state: str | None = None) -> None:
    """Help with a question or a list, which stays; elsewhere how it works."""
    hint = helping.hint(chat._, raw_state)
    if hint is None:
        await show_help(chat)
    else:
        await chat.refuse(hint)


@router.callback_query(StartAction.filter(F.verb == "help"))
async def help_button(_event: CallbackQuery, chat: Chat) -> None:
    """How it works."""
    await show_help(chat)


async def show_help(chat: Chat) -> None:
    """How it works."""
    admin = role_of(chat.account.user) == "administrator"
    await chat.show(helping.page(chat._, registered=chat.account.user is not None, admin=admin))


@router.message(Command("language"))
async def language_command(event: Message, chat: Chat, raw_state: str | None = None) -> None:
    """Amid a question the language changes at once, and the question stays."""
    if not is_question(raw_state):
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
