"""The chats that an account is open in: listed, signed out, told of each other."""

from aiogram import F, Router
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.types import CallbackQuery
from markupsafe import Markup

from bot.account import device_screens as screens
from bot.account.callbacks import AccountAction
from bot.kit import Chat
from core.db import clock
from core.errors import Conflict
from core.i18n import N_, translator
from core.users import devices, notices, profile
from core.users.models import TelegramAccount

router = Router(name="devices")

JOINED = N_(
    "🔑 Your account was opened in another Telegram chat: {name}. If it was not you, sign that "
    "chat out: Profile → Devices."
)
SIGNED_OUT = N_("You were signed out of this chat from another one. To come back: /start")


@router.callback_query(AccountAction.filter(F.verb == "devices"))
async def show(_event: CallbackQuery, callback_data: AccountAction, chat: Chat) -> None:
    """All of them, this one first."""
    await show_devices(chat, page=int(callback_data.name) if callback_data.name.isdigit() else 0)


async def show_devices(chat: Chat, note: Markup | None = None, page: int = 0) -> None:
    """The list as it is now."""
    async with chat.read() as (tx, now):
        found = await devices.of(tx, chat.user)
    screen = screens.listing(chat._, found, chat.id, chat.user.timezone, now, note, page)
    await chat.show(screen)


@router.callback_query(AccountAction.filter(F.verb == "device"))
async def ask(_event: CallbackQuery, callback_data: AccountAction, chat: Chat) -> None:
    """One of them; signing it out is asked about."""
    async with chat.read() as (tx, now):
        found = await devices.of(tx, chat.user)
    each = next((d for d in found if str(d.telegram_id) == callback_data.name), None)
    if each is None or each.telegram_id == chat.id:
        await show_devices(chat)
        return
    await chat.show(screens.ask_out(chat._, each, chat.user.timezone, now))


@router.callback_query(AccountAction.filter(F.verb == "device_out"))
async def sign_out(_event: CallbackQuery, callback_data: AccountAction, chat: Chat) -> None:
    """That chat is a stranger's again."""
    if not callback_data.name.removeprefix("-").isdecimal():
        raise Conflict
    async with chat.begin() as (tx, _now):
        gone = await devices.sign_out(tx, chat.user, int(callback_data.name))
    await tell(chat, gone, SIGNED_OUT)
    await show_devices(chat, chat._("✓ Signed out: {name}", name=screens.called(gone)))


@router.callback_query(AccountAction.filter(F.verb == "others_out"))
async def sign_others_out(_event: CallbackQuery, chat: Chat) -> None:
    """All but this one."""
    async with chat.begin() as (tx, _now):
        gone = await devices.sign_out_others(tx, chat.user, chat.id)
    for each in gone:
        await tell(chat, each, SIGNED_OUT)
    n = len(gone)
    await show_devices(chat, chat._.plural("✓ {n} chat signed out.", "✓ {n} chats signed out.", n))


async def tell_others(chat: Chat) -> None:
    """A new chat opened the account: the others hear of it."""
    async with chat.read() as (tx, _now):
        others = [c for c in await notices.chats(tx, chat.user.id) if c.telegram_id != chat.id]
    for each in others:
        name = chat.account.name or str(chat.id)
        await tell(chat, each, JOINED, name=name)


async def tell(chat: Chat, account: TelegramAccount, text: str, **fields: object) -> None:
    """A line in another chat of the same user's; one that blocked the bot is noted."""
    try:
        said = translator(account.locale)(text, **fields)
        await chat.bot.send_message(account.telegram_id, str(said))
    except TelegramForbiddenError:
        async with chat.deps.sessions.begin() as tx:
            await profile.blocked(tx, account.telegram_id, await clock(tx))
    except TelegramAPIError:
        return
