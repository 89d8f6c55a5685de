"""Changing a message: the same two questions, each by itself."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat, Screen
from bot.messages import advice, ask_screens, screens
from bot.messages.callbacks import MessageAction
from bot.messages.cards import card_of
from bot.messages.media import MEDIA, RICH, fetched, same_album, together
from bot.messages.states import TYPED, MessageForm
from bot.messages.typed import follows, is_long, known_of, post_of
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.messages import models, queries, service

router = Router(name="changing messages")

CAPTION_MISSING = N_(
    "A text is expected here. To add a picture or a file, go back and choose “Pictures and files”."
)
NOTHING_ASKED = N_("I am not waiting for a text now. Please choose a button.")


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
    await chat.ask(MessageForm.new_text, ask_screens.ask_text(chat._, message), message=message.id)


@router.callback_query(MessageAction.filter(F.verb == "subject"))
async def change_subject(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Ask for another subject."""
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, callback_data.id)
    screen = ask_screens.ask_subject(chat._, message)
    await chat.ask(MessageForm.new_subject, screen, message=message.id)


@router.message(MessageForm.new_text, TYPED)
async def new_text(event: Message, chat: Chat) -> None:
    """A new version with another text."""
    await edit(chat, html=post_of(event, await known_of(chat)).html, event=event)


@router.message(MessageForm.new_text, RICH)
@router.message(MessageForm.new_text, MEDIA)
async def new_post(event: Message, chat: Chat) -> None:
    """A post with pictures or files is the whole letter: it takes the place of all there was."""
    if not event.caption and not event.rich_message:
        raise Invalid(CAPTION_MISSING)
    html = post_of(event, await known_of(chat)).html
    new = await fetched(chat, together({}, event))
    async with chat.begin() as (tx, now):
        message = await queries.get(tx, chat.user, chat.draft["message"])
        old = [each.id for each in screens.wording(message).files]
        message = await service.edit(tx, chat.user, message.id, now, html=html, add=new, remove=old)
    await chat.ask(MessageForm.more, changed(chat, message), album=event.media_group_id)


@router.message(MessageForm.more, MEDIA)
async def more_media(event: Message, chat: Chat) -> None:
    """The rest of an album."""
    if not same_album(chat.draft, event):
        raise Conflict(NOTHING_ASKED)
    new = await fetched(chat, together({}, event))
    async with chat.begin() as (tx, now):
        message = await service.edit(tx, chat.user, chat.draft["message"], now, add=new)
    await chat.amend(MessageForm.more, changed(chat, message))


@router.message(MessageForm.more, TYPED)
async def more_text(event: Message, chat: Chat) -> None:
    """The next piece of a long text; anything later is not expected."""
    if not follows(event, chat.draft.get("long_at")):
        raise Conflict(NOTHING_ASKED)
    async with chat.read() as (tx, _now):
        message = await queries.get(tx, chat.user, chat.draft["message"])
    html = f"{screens.wording(message).html}\n{post_of(event, await known_of(chat)).html}"
    await edit(chat, html=html, event=event)


@router.message(MessageForm.new_subject, TYPED)
async def new_subject(event: Message, chat: Chat) -> None:
    """A new version with another subject."""
    await edit(chat, subject=event.text)


async def edit(
    chat: Chat,
    *,
    subject: str | None = None,
    html: str | None = None,
    event: Message | None = None,
) -> None:
    """Write the version and show the card."""
    async with chat.begin() as (tx, now):
        message = await service.edit(
            tx, chat.user, chat.draft["message"], now, subject=subject, html=html
        )
    card = changed(chat, message)
    if event and is_long(event):
        await chat.ask(MessageForm.more, card, long_at=event.date.timestamp())
    else:
        await chat.show(card, message=None, long_at=None)


def changed(chat: Chat, message: models.Message) -> Screen:
    """The card after a change, with what could be better."""
    note = advice.saved(chat._, screens.wording(message), chat._("Changed."))
    return card_of(chat, message, note)
