"""The list of messages: pages, active or inactive ones, a word in the subject."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.messages import list_screens as screens
from bot.messages.callbacks import MessageAction
from bot.messages.states import TYPED, MessageList
from core.messages import queries
from core.typed import shortened

router = Router(name="lists of messages")


@router.callback_query(MessageAction.filter(F.verb == "list"))
async def listing(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """A page of the list as it was shown last."""
    draft = chat.draft
    shown = draft.get("messages") or "every"
    await show(chat, shown, draft.get("message_word") or "", callback_data.page)


@router.callback_query(MessageAction.filter(F.verb.in_(set(screens.FILTERS))))
async def filtered(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """All of them, or only some."""
    await show(chat, callback_data.verb)


@router.message(MessageList.shown, TYPED)
async def search(event: Message, chat: Chat) -> None:
    """Those with a word in the subject."""
    await show(chat, "every", shortened(event.text or "", screens.SEARCHED))


async def show(chat: Chat, shown: str, word: str = "", number: int = 0) -> None:
    """Show a page and wait for a word."""
    offset = max(0, number) * screens.PER_PAGE
    active = screens.FILTERS.get(shown)
    async with chat.read() as (tx, _now):
        counts = await queries.counts(tx, chat.user)
        page = await queries.page(
            tx, chat.user, offset, screens.PER_PAGE, active=active, search=word
        )
    if word:
        screen = screens.found(chat._, page, word)
    else:
        screen = screens.listing(chat._, page, counts, shown)
    await chat.ask(MessageList.shown, screen, messages=shown, message_word=word)
