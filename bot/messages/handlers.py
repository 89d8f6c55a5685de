"""One message: card, switching on and off, copying, deleting."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.kit import Chat
from bot.messages import lists, screens
from bot.messages.callbacks import MessageAction
from bot.messages.cards import card_of
from core.db import Transaction
from core.mailings import uses
from core.mailings.models import Mailing
from core.messages import queries, service
from core.scheduling.queries import find

router = Router(name="messages")


@router.callback_query(MessageAction.filter(F.verb == "open"))
async def opened(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """The card."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
    await chat.show(card_of(chat, message))


@router.callback_query(MessageAction.filter(F.verb == "more"))
async def more(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """What is done seldom."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
        used = await queries.is_used(tx, message.id)
    await chat.show(screens.more(chat._, message, used))


@router.callback_query(MessageAction.filter(F.verb == "off"))
async def off(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Switch off at once when nothing stands on it, else ask."""
    async with chat.read() as (tx, now):
        message = await queries.get(tx, chat.user, callback_data.id)
        mailings = await uses.of_message(tx, chat.user, message.id)
        newest = [(each, await next_date(tx, each)) for each in mailings[: screens.SHOWN_MAILINGS]]
    if mailings:
        asked = screens.switch_off(chat._, chat.user, message, len(mailings), newest, now)
        await chat.show(asked)
    else:
        await switch(chat, message.id, False)


async def next_date(tx: Transaction, mailing: Mailing) -> datetime | None:
    """When the mailing is sent next."""
    schedule = await find(tx, mailing)
    return schedule.next_at if schedule else None


@router.callback_query(MessageAction.filter(F.verb.in_({"off_sure", "on"})))
async def switched(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Switch on, or off after the question."""
    await switch(chat, callback_data.id, callback_data.verb == "on")


async def switch(chat: Chat, message_id: int, active: bool) -> None:
    """Write the new state and show the card."""
    async with chat.begin() as (tx, now):
        message = await service.set_active(tx, chat.user, message_id, active, now)
    await chat.show(card_of(chat, message))


@router.callback_query(MessageAction.filter(F.verb == "copy"))
async def copy(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """A copy, opened."""
    async with chat.begin() as (tx, now):
        message = await service.duplicate(tx, chat.user, callback_data.id, now)
    note = chat._("This is the copy: change it as you like, the original stays as it is.")
    await chat.show(card_of(chat, message, note))


@router.callback_query(MessageAction.filter(F.verb == "delete"))
async def delete(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Ask first."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
    await chat.show(screens.delete(chat._, message))


@router.callback_query(MessageAction.filter(F.verb == "delete_sure"))
async def deleted(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Gone, unless a mailing was made of it meanwhile."""
    async with chat.begin() as (tx, now):
        subject = await service.delete(tx, chat.user, callback_data.id, now)
    await chat.toast(chat._("“{subject}” is deleted.", subject=subject))
    await lists.show(chat, "every")
