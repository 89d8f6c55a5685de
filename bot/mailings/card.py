"""A mailing's card and what its buttons do. Each tap may come twice, late, or from an old card."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import F, Router
from aiogram.types import CallbackQuery
from markupsafe import Markup

from bot.kit import Chat, Screen
from bot.mailings import card_screens as screens
from bot.mailings.callbacks import MailingAction
from bot.mailings.launch import overview
from bot.mailings.plan import Plan
from core.errors import Conflict
from core.mailings import audience, queries, service
from core.mailings.rules import check_open

router: Router = Router(name="mailings.card")
Verb = MailingAction.filter
Step = Callable[..., Awaitable[Any]]


@router.callback_query(Verb(F.verb == "open"))
async def show(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """The card."""
    await chat.done(await card(chat, callback_data.id))


async def card(chat: Chat, mailing_id: int) -> Screen:
    """The card as it is now."""
    async with chat.read() as (tx, now):
        view = await queries.card(tx, chat.user, mailing_id, now)
    return screens.card(chat._, view, now)


async def act(chat: Chat, mailing_id: int, step: Step, note: Markup, **options: Any) -> None:
    """Take a step and show the card; what is no longer possible is said over the new card."""
    try:
        async with chat.begin() as (tx, now):
            await step(tx, chat.user, mailing_id, now, **options)
    except Conflict as error:
        await chat.alert(chat._(error.text, **error.fields))
    else:
        await chat.toast(note)
    await chat.done(await card(chat, mailing_id))


@router.callback_query(Verb(F.verb == "freeze"))
async def freeze(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Stop at the next letter."""
    await act(chat, callback_data.id, service.freeze, chat._("Sending stops"))


@router.callback_query(Verb(F.verb == "unfreeze"))
async def unfreeze(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Go on; a date that passed meanwhile is asked about first."""
    async with chat.read() as (tx, now):
        view = await queries.card(tx, chat.user, callback_data.id, now)
    if view.status != "finished" and view.missed_at(now):
        await chat.done(screens.missed(chat._, view, now))
        return
    await act(chat, callback_data.id, service.unfreeze, chat._("Sending goes on"))


@router.callback_query(Verb(F.verb == "late"))
async def send_late(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Make up for the missed date now."""
    note = chat._("It starts now")
    await act(chat, callback_data.id, service.unfreeze, note, missed="run_once")


@router.callback_query(Verb(F.verb == "skip"))
async def skip(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Leave the missed date out."""
    note = chat._("Skipped; the next date counts")
    await act(chat, callback_data.id, service.unfreeze, note, missed="skip")


@router.callback_query(Verb(F.verb == "start"))
async def start_now(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Do not wait for the undo window to pass."""
    await act(chat, callback_data.id, service.start_now, chat._("It starts now"))


@router.callback_query(Verb(F.verb == "cancel"))
async def cancel(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Take it back while nothing has begun."""
    try:
        async with chat.begin() as (tx, now):
            await service.cancel(tx, chat.user, callback_data.id, now)
    except Conflict as error:
        await chat.alert(chat._(error.text, **error.fields))
        await chat.done(await card(chat, callback_data.id))
    else:
        await chat.done(screens.cancelled(chat._))


@router.callback_query(Verb(F.verb == "finish"))
async def ask_finish(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Ask first."""
    async with chat.read() as (tx, now):
        view = await queries.card(tx, chat.user, callback_data.id, now)
    if view.status == "finished":
        await chat.done(screens.card(chat._, view, now))
    else:
        await chat.done(screens.finish(chat._, view))


@router.callback_query(Verb(F.verb == "finish_sure"))
async def finish(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """Stop for good."""
    await act(chat, callback_data.id, service.finish, chat._("The mailing is finished"))


@router.callback_query(Verb(F.verb == "change"))
async def change(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """The three lines of the launch again, filled in."""
    async with chat.read() as (tx, now):
        mailing = await queries.get(tx, chat.user, callback_data.id)
        check_open(mailing.status)
        view = await queries.view(tx, mailing, now)
        chosen = await audience.chosen_for(tx, mailing)
    await overview(chat, Plan.of(view, chosen))
