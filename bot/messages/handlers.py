"""The message centre: list, card, switching on and off, copying, looking at the letter."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.kit import Chat
from bot.messages import screens
from bot.messages.callbacks import MessageAction
from bot.messages.letter import as_letter
from bot.messages.rendition import for_chat
from core.clients import queries as clients
from core.mailings import uses
from core.messages import files, queries, service

router = Router(name="messages")


@router.callback_query(MessageAction.filter(F.verb == "list"))
async def listing(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """A page of the list."""
    async with chat.read() as (tx, _now):
        offset = max(0, callback_data.page) * screens.PER_PAGE
        page = await queries.page(tx, chat.user, offset, screens.PER_PAGE)
    await chat.show(screens.listing(chat._, page))


@router.callback_query(MessageAction.filter(F.verb == "open"))
async def opened(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """The card."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
    await chat.show(screens.card(chat._, message, chat.draft.get("then")))


@router.callback_query(MessageAction.filter(F.verb == "off"))
async def off(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Switch off at once when nothing stands on it, else ask."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
        mailings = await uses.of_message(tx, chat.user, message.id)
    if mailings:
        await chat.show(screens.switch_off(chat._, message, mailings))
    else:
        await switch(chat, message.id, False)


@router.callback_query(MessageAction.filter(F.verb.in_({"off_sure", "on"})))
async def switched(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Switch on, or off after the question."""
    await switch(chat, callback_data.id, callback_data.verb == "on")


async def switch(chat: Chat, message_id: int, active: bool) -> None:
    """Write the new state and show the card."""
    async with chat.begin() as (tx, now):
        message = await service.set_active(tx, chat.user, message_id, active, now)
    await chat.show(screens.card(chat._, message, chat.draft.get("then")))


@router.callback_query(MessageAction.filter(F.verb == "copy"))
async def copy(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """A copy, opened."""
    async with chat.begin() as (tx, now):
        message = await service.duplicate(tx, chat.user, callback_data.id, now)
    note = chat._("This is the copy: change it as you like, the original stays as it is.")
    await chat.show(screens.card(chat._, message, chat.draft.get("then"), note))


@router.callback_query(MessageAction.filter(F.verb == "preview"))
async def preview(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """The letter in the chat, and as the page that opens in a mail program."""
    await chat.wait()
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
        newest = await clients.page(tx, chat.user, 0, 1, receiving=True)
        version = screens.wording(message)
        pictures = await files.loaded(tx, [each for each in version.files if each.is_picture])
    letter = as_letter(chat._, version, newest.rows, chat.user, pictures)
    await chat.show(
        screens.preview(chat._, message, letter.subject, for_chat(letter.body), letter.who)
    )
    await chat.send_document(f"{message.slug}.html", letter.page.encode(), letter.subject[:200])
