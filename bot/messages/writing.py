"""Writing a message: its text, then its subject; the same two questions to change one."""

from aiogram import F, Router
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.messages import screens
from bot.messages.callbacks import MessageAction
from bot.messages.typed import post_of
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.messages import queries, service

router = Router(name="writing messages")

TYPED = F.text & ~F.text.startswith("/")
TEXT_EXPECTED = N_(
    "A text is expected here; pictures, files and stickers cannot go into a letter."
    " For example: Hello, {{first_name|friend}}! This week everything is 20 % off."
)
SUBJECT_EXPECTED = N_("A line of text is expected here, for example: Discounts until Sunday")


class MessageForm(StatesGroup):
    """What is being asked."""

    text = State()
    subject = State()
    new_text = State()
    new_subject = State()


@router.callback_query(MessageAction.filter(F.verb == "new"))
async def begin(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for the text."""
    assert chat.user  # noqa: S101  a guest is told to register
    await chat.ask(MessageForm.text, screens.ask_text(chat._), html=None, offer=None)


@router.message(MessageForm.text, TYPED)
async def text(event: Message, chat: Chat) -> None:
    """Keep the text, go on to the subject."""
    post = post_of(event)
    if post.subject is None:
        await chat.ask(MessageForm.subject, screens.ask_subject(chat._), html=post.html)
        return
    offer = {"subject": post.subject, "html": post.rest}
    screen = screens.offer_subject(chat._, post.subject)
    await chat.ask(MessageForm.subject, screen, html=post.html, offer=offer)


@router.callback_query(MessageAction.filter(F.verb == "take_subject"))
async def take_subject(_event: CallbackQuery, chat: Chat) -> None:
    """The first line becomes the subject and leaves the text."""
    offer = chat.draft.get("offer")
    if not offer:
        raise Conflict
    await create(chat, offer["subject"], offer["html"])


@router.message(MessageForm.subject, TYPED)
async def subject(event: Message, chat: Chat) -> None:
    """Another subject; the text stays whole."""
    await create(chat, event.text or "", chat.draft["html"])


async def create(chat: Chat, subject: str, html: str) -> None:
    """Write the message and show its card."""
    async with chat.begin() as (tx, now):
        message = await service.create(tx, chat.user, subject, html, now)
    note = chat._("The message is saved.")
    card = screens.card(chat._, message, chat.draft.get("then"), note)
    await chat.show(card, html=None, offer=None)


@router.callback_query(MessageAction.filter(F.verb == "change"))
async def change(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """What to change."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
    await chat.show(screens.change(chat._, message))


@router.callback_query(MessageAction.filter(F.verb == "text"))
async def change_text(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Ask for another text."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
    await chat.ask(MessageForm.new_text, screens.ask_text(chat._, message), message=message.id)


@router.callback_query(MessageAction.filter(F.verb == "subject"))
async def change_subject(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Ask for another subject."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
    screen = screens.ask_subject(chat._, message)
    await chat.ask(MessageForm.new_subject, screen, message=message.id)


@router.message(MessageForm.new_text, TYPED)
async def new_text(event: Message, chat: Chat) -> None:
    """A new version with another text."""
    await edit(chat, html=post_of(event).html)


@router.message(MessageForm.new_subject, TYPED)
async def new_subject(event: Message, chat: Chat) -> None:
    """A new version with another subject."""
    await edit(chat, subject=event.text)


async def edit(chat: Chat, *, subject: str | None = None, html: str | None = None) -> None:
    """Write the version and show the card."""
    async with chat.begin() as (tx, now):
        message = await service.edit(
            tx, chat.user, chat.draft["message"], now, subject=subject, html=html
        )
    note = chat._("Changed.")
    card = screens.card(chat._, message, chat.draft.get("then"), note)
    await chat.show(card, message=None)


@router.message(MessageForm.text)
@router.message(MessageForm.new_text)
async def text_expected(_event: Message, chat: Chat) -> None:
    """Something else than a text."""
    raise Invalid(TEXT_EXPECTED)


@router.message(MessageForm.subject)
@router.message(MessageForm.new_subject)
async def subject_expected(_event: Message, chat: Chat) -> None:
    """Something else than a line."""
    raise Invalid(SUBJECT_EXPECTED)
