"""Adding users by a link."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.admin import screens
from bot.admin.callbacks import AdminAction
from bot.kit import Chat
from core import bot_name
from core.administration import service

router = Router(name="invitations")


@router.callback_query(AdminAction.filter(F.verb == "invite"))
async def invite(_event: CallbackQuery, chat: Chat) -> None:
    """A link for one person."""
    async with chat.begin() as (tx, now):
        token = await service.invite(tx, chat.user, now)
    payload = f"invite_{token}"
    me = await chat.bot.me()
    link = bot_name.start_link(chat.deps.settings, me.username, payload)
    await chat.show(screens.invitation(chat._, link or f"/start {payload}"))
