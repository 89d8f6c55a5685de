"""The list of mailings, and the choice of a message for a new one."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.kit import Chat
from bot.mailings import list_screens as screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.list_screens import PER_PAGE
from bot.messages import ask_screens
from bot.messages.states import MessageForm
from core.mailings import queries
from core.messages import queries as messages

router: Router = Router(name="mailings.lists")


@router.callback_query(MailingAction.filter(F.verb == "list"))
async def mailings(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """All mailings, the newest first."""
    await show_mailings(chat, callback_data.page)


async def show_mailings(chat: Chat, page_no: int = 0) -> None:
    """A page of them."""
    async with chat.read() as (tx, now):
        page = await queries.page(tx, chat.user, page_no * PER_PAGE, PER_PAGE)
    await chat.done(screens.mailings(chat._, page, chat.user.timezone, now))


@router.callback_query(MailingAction.filter(F.verb == "new"))
async def new(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """A new mailing begins with the choice of its message."""
    await choose_message(chat, callback_data.page * PER_PAGE)


async def choose_message(chat: Chat, offset: int = 0) -> None:
    """Which message to send; who has none is asked to write one, and comes back."""
    async with chat.read() as (tx, _now):
        page = await messages.page(tx, chat.user, offset, PER_PAGE, active=True)
    if page.total:
        await chat.show(screens.choose_message(chat._, page), then="mailing")
    else:
        question = ask_screens.ask_text(chat._)
        await chat.ask(MessageForm.text, question, html=None, offer=None, then="mailing")
