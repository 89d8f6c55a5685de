"""Users: the numbers, the lists, one of them."""

from typing import Any

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message
from markupsafe import Markup

from bot.admin import screens, user_screens
from bot.admin.callbacks import Admin, AdminAction
from bot.kit import Chat
from core.administration import queries
from core.errors import NotFound
from core.users import photo

router = Router(name="administration of users")

TYPED = F.text & ~F.text.startswith("/")
SHOWN = "users"  # which list stands in the draft


@router.message(Command("admin"))
@router.callback_query(AdminAction.filter(F.verb == "home"))
async def home(_event: Any, chat: Chat) -> None:
    """The numbers, and where to go."""
    async with chat.read() as (tx, _now):
        totals = await queries.totals(tx, chat.user)
    await chat.done(screens.home(chat._, totals))


@router.callback_query(AdminAction.filter(F.verb == "users"))
async def listing(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """A list, or another page of the one that is shown."""
    which, searched = shown(chat)
    if callback_data.name:
        which, searched = callback_data.name, ""
    await show_list(chat, which, searched, callback_data.page)


@router.message(Admin.users, TYPED)
async def search(event: Message, chat: Chat) -> None:
    """Those whose name, address or phone has what was typed."""
    await show_list(chat, "all", (event.text or "").strip()[:60])


async def show_list(chat: Chat, which: str, searched: str = "", page: int = 0) -> None:
    """A page of a list."""
    offset = max(0, page) * screens.PER_PAGE
    async with chat.read() as (tx, _now):
        found = await queries.page(tx, chat.user, which, searched, offset, screens.PER_PAGE)
    screen = screens.listing(chat._, found, which, searched)
    await chat.ask(Admin.users, screen, **{SHOWN: [which, searched]})


def shown(chat: Chat) -> tuple[str, str]:
    """Which list was looked at last, and what was searched in it."""
    which, searched = chat.draft.get(SHOWN) or ("all", "")
    return which, searched


@router.callback_query(AdminAction.filter(F.verb == "user"))
async def opened(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """One user."""
    await show_user(chat, callback_data.id)


async def show_user(chat: Chat, user_id: int, note: Markup | None = None) -> None:
    """The card, after a change with a word about it."""
    async with chat.read() as (tx, now):
        card = await queries.card(tx, chat.user, user_id, now)
    await chat.show(user_screens.card(chat._, card, chat.user, now, note))


@router.callback_query(AdminAction.filter(F.verb == "photo"))
async def picture(_event: CallbackQuery, callback_data: AdminAction, chat: Chat) -> None:
    """The photo, as a message of its own."""
    async with chat.read() as (tx, now):
        card = await queries.card(tx, chat.user, callback_data.id, now)
        content = await photo.of(tx, card.user.id)
    if content is None:
        raise NotFound
    await chat.send_picture(content, card.user.name)
