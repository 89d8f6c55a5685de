"""Choosing how a letter looks."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.messages import advice, look_screens, screens
from bot.messages.callbacks import LayoutAction, MessageAction
from bot.messages.states import TYPED, MessageForm
from core.clients.values import placeholders_of
from core.errors import Invalid
from core.i18n import N_
from core.messages import models, queries, service
from core.messages.rules import check_button, check_signature
from core.users import profile

router = Router(name="looks of messages")

BUTTON_EXPECTED = N_("A line with words and an address is expected here.")
SIGNATURE_EXPECTED = N_("A few lines of text are expected here.")


@router.callback_query(MessageAction.filter(F.verb == "look"))
async def look(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """The layouts."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
    await chat.show(look_screens.look(chat._, message))


@router.callback_query(LayoutAction.filter())
async def choose(_event: CallbackQuery, callback_data: LayoutAction, chat: Chat) -> None:
    """One of them."""
    async with chat.begin() as (tx, now):
        message = await service.edit(
            tx, chat.user, callback_data.message, now, layout=callback_data.layout
        )
    await show(chat, message)


async def show(chat: Chat, message: models.Message) -> None:
    """The screen after a change, with what could be better."""
    note = advice.saved(chat._, screens.wording(message), chat._("Changed."))
    await chat.show(look_screens.look(chat._, message, note))


@router.callback_query(MessageAction.filter(F.verb == "button"))
async def button(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Ask for a card's button."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
    screen = look_screens.ask_button(chat._, message)
    await chat.ask(MessageForm.button, screen, message=message.id)


@router.message(MessageForm.button, TYPED)
async def new_button(event: Message, chat: Chat) -> None:
    """The button."""
    async with chat.begin() as (tx, now):
        made = check_button(event.text or "", await placeholders_of(tx, chat.user))
        message = await service.edit(tx, chat.user, chat.draft["message"], now, button=made)
    await show(chat, message)


@router.message(MessageForm.button)
async def button_expected(_event: Message, chat: Chat) -> None:
    """Something else."""
    raise Invalid(BUTTON_EXPECTED)


@router.callback_query(MessageAction.filter(F.verb == "no_button"))
async def no_button(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """A card without one."""
    async with chat.begin() as (tx, now):
        message = await service.drop_button(tx, chat.user, callback_data.id, now)
    await show(chat, message)


@router.callback_query(MessageAction.filter(F.verb == "signature"))
async def signature(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Ask for the signature."""
    screen = look_screens.ask_signature(chat._, chat.user.signature, callback_data.id)
    await chat.ask(MessageForm.signature, screen, message=callback_data.id)


@router.message(MessageForm.signature, TYPED)
async def new_signature(event: Message, chat: Chat) -> None:
    """The signature, in all letters from now on."""
    await sign(chat, check_signature(event.text or ""), chat.draft.get("message") or 0)


@router.message(MessageForm.signature)
async def signature_expected(_event: Message, chat: Chat) -> None:
    """Something else."""
    raise Invalid(SIGNATURE_EXPECTED)


@router.callback_query(MessageAction.filter(F.verb == "no_signature"))
async def no_signature(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Letters without one."""
    await sign(chat, None, callback_data.id)


async def sign(chat: Chat, lines: str | None, message_id: int) -> None:
    """Write it down and show it."""
    async with chat.begin() as (tx, _now):
        chat.become(await profile.sign(tx, chat.user, lines))
    screen = look_screens.ask_signature(chat._, lines, message_id)
    await chat.ask(MessageForm.signature, screen, message=message_id)
