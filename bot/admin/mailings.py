"""Others' mailings: looked at, and deleted."""

from aiogram import F, Router
from aiogram.types import CallbackQuery
from markupsafe import Markup

from bot.admin import mailing_screens as screens
from bot.admin.callbacks import AdminAction
from bot.admin.screens import PER_PAGE
from bot.kit import Chat
from core.administration import queries, service
from core.mailings import queries as mailings
from core.mailings.models import Mailing

router = Router(name="administration of mailings")


@router.callback_query(AdminAction.filter(F.verb == "mailings"))
async def listing(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """A user's mailings, the newest first."""
    await show_list(chat, callback_data.id, callback_data.page)


async def show_list(chat: Chat, user_id: int, page: int = 0, note: Markup | None = None) -> None:
    """A page of them."""
    offset = max(0, page) * PER_PAGE
    async with chat.read() as (tx, now):
        card = await queries.card(tx, chat.user, user_id, now)
        found = await queries.mailings_of(tx, chat.user, user_id, offset, PER_PAGE)
    await chat.show(screens.listing(chat._, card.user, found, chat.user.timezone, now, note))


@router.callback_query(AdminAction.filter(F.verb == "mailing"))
async def opened(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """What deleting means, and to whom it belongs."""
    async with chat.read() as (tx, now):
        await service.administrator(tx, chat.user)
        mailing = await mailings.get(tx, chat.user, callback_data.id)
        card = await queries.card(tx, chat.user, mailing.owner_id, now)
    await chat.show(screens.ask_delete(chat._, card.user, mailing, chat.user.timezone, now))


@router.callback_query(AdminAction.filter(F.verb == "delete_sure"))
async def delete(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """Finished, and shown to nobody."""
    async with chat.begin() as (tx, now):
        mailing: Mailing = await service.delete_mailing(tx, chat.user, callback_data.id, now)
    note = chat._("✓ The mailing is finished and deleted; its ledger stays.")
    await show_list(chat, mailing.owner_id, note=note)
