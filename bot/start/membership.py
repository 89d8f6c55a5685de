"""What Telegram tells by itself: the bot is stopped, taken back, or put into a group."""

from aiogram import Bot, F, Router
from aiogram.enums import ContentType
from aiogram.exceptions import TelegramAPIError
from aiogram.types import ChatMemberUpdated, Message

from bot.languages import locale_of
from core.bootstrap import Deps
from core.db import clock
from core.i18n import N_, translator
from core.users import profile
from core.users.models import TelegramAccount

router = Router(name="membership")

GROUP = N_(
    "I work in private chats only, since in a group everybody would read along. "
    "Please write to me directly: {bot}"
)
PRIVATE = F.chat.type == "private"
THERE = {"member", "administrator", "restricted"}
NOT_SAID = {  # Telegram writes it into the chat
    ContentType.PINNED_MESSAGE,
    ContentType.MESSAGE_AUTO_DELETE_TIMER_CHANGED,
    ContentType.CHAT_BACKGROUND_SET,
    ContentType.WRITE_ACCESS_ALLOWED,
}


@router.my_chat_member(PRIVATE, F.new_chat_member.status == "kicked")
async def blocked(event: ChatMemberUpdated, deps: Deps) -> None:
    """The person stopped the bot: nothing is sent to that chat any more."""
    async with deps.sessions.begin() as tx:
        await profile.blocked(tx, event.chat.id, await clock(tx))


@router.my_chat_member(PRIVATE, F.new_chat_member.status == "member")
async def taken_back(event: ChatMemberUpdated, deps: Deps) -> None:
    """The person started it again: notices go on."""
    async with deps.sessions.begin() as tx:
        account = await tx.get(TelegramAccount, event.chat.id)
        if account:
            account.blocked_at = None


@router.my_chat_member(~PRIVATE, F.new_chat_member.status.in_(THERE))
async def put_into_group(event: ChatMemberUpdated, bot: Bot) -> None:
    """Say where the bot can be spoken to, and leave the group alone."""
    channel = event.chat.type == "channel"
    await leave(bot, event.chat.id, event.from_user.language_code, silently=channel)


@router.message(F.content_type.in_(NOT_SAID))
async def not_said(_event: Message) -> None:
    """A message was pinned: nobody has asked for anything, and the screen stays."""


async def leave(
    bot: Bot, chat_id: int, language_code: str | None, *, silently: bool = False
) -> None:
    """One polite sentence, then no more."""
    me = await bot.me()
    text = translator(locale_of(language_code))(GROUP, bot=f"@{me.username}")
    try:
        if not silently:
            await bot.send_message(chat_id, str(text))
        await bot.leave_chat(chat_id)
    except TelegramAPIError:
        return  # it may not write there, or is out already
