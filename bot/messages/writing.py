"""Writing a message: its text with pictures and files, then its subject.

A post with several pictures comes as several messages of one album: the first one with its
caption moves the conversation on, the others join it wherever it stands.
"""

from typing import Any

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat, Screen
from bot.messages import advice, ask_screens, screens
from bot.messages.callbacks import MessageAction
from bot.messages.cards import card_of
from bot.messages.media import MEDIA, RICH, Sent, fetched, same_album, together
from bot.messages.states import TYPED, MessageForm
from bot.messages.typed import follows, is_long, known_of, post_of
from core.clients import own
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.messages import queries, service
from core.messages.rules import check_html

router = Router(name="writing messages")

TEXT_EXPECTED = N_(
    "A text, a picture or a file is expected here; stickers and voices cannot go into a letter."
    " For example: Hello, {{first_name|friend}}! This week everything is 20 % off."
)
SUBJECT_EXPECTED = N_("A line of text is expected here, for example: Discounts until Sunday")


@router.callback_query(MessageAction.filter(F.verb == "new"))
async def begin(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for the text."""
    assert chat.user  # noqa: S101  a guest is told to register
    fresh = {"html": None, "offer": None, "files": None, "album": None, "long_at": None}
    await chat.ask(MessageForm.text, ask_screens.ask_text(chat._), **fresh)


@router.callback_query(MessageAction.filter(F.verb == "fields"))
async def fields(_event: CallbackQuery, callback_data: MessageAction, chat: Chat) -> None:
    """Every placeholder; the question stays asked."""
    message = None
    async with chat.read() as (tx, _now):
        present = await own.all_of(tx, chat.user)
        if callback_data.id:
            message = await queries.get(tx, chat.user, callback_data.id)
    pairs = [(each.key, each.title) for each in present]
    screen = ask_screens.fields(chat._, pairs, message)
    if message:
        await chat.ask(MessageForm.new_text, screen, message=message.id)
    else:
        await chat.ask(MessageForm.text, screen)


@router.message(MessageForm.text, TYPED)
async def text(event: Message, chat: Chat) -> None:
    """Keep the text, go on to the subject."""
    await keep_text(event, chat, chat.draft.get("files") or [])


@router.message(MessageForm.text, RICH)
async def rich(event: Message, chat: Chat) -> None:
    """A rich message is the whole letter, its pictures where they stand."""
    await keep_text(event, chat, together(chat.draft, event))


@router.message(MessageForm.text, MEDIA)
async def media(event: Message, chat: Chat) -> None:
    """Keep the file; a caption is the text."""
    files = together(chat.draft, event)
    if event.caption:
        await keep_text(event, chat, files)
        return
    screen = ask_screens.ask_text(chat._, kept=sent(files))
    joins = same_album(chat.draft, event)
    step = chat.amend if joins else chat.ask
    await step(MessageForm.text, screen, files=files, album=event.media_group_id)


async def keep_text(event: Message, chat: Chat, files: list[dict[str, Any]]) -> None:
    """The text is there; its first line may be the subject."""
    post = post_of(event, await known_of(chat))
    offer = {"subject": post.subject, "html": post.rest} if post.subject else None
    await ask_subject(chat, post.html, offer, event, files)


async def ask_subject(
    chat: Chat,
    html: str,
    offer: dict[str, str] | None,
    event: Message,
    files: list[dict[str, Any]],
) -> None:
    """Offer the first line, or ask; the rest of a long text or album may still be on its way."""
    long_at = event.date.timestamp() if is_long(event) else None
    album = event.media_group_id or chat.draft.get("album")
    step = chat.amend if same_album(chat.draft, event) else chat.ask
    await step(
        MessageForm.subject,
        subject_screen(chat, offer, files),
        html=html,
        offer=offer,
        long_at=long_at,
        files=files,
        album=album,
    )


def subject_screen(chat: Chat, offer: dict[str, str] | None, files: list[dict[str, Any]]) -> Screen:
    """The question about the subject."""
    if offer:
        return ask_screens.offer_subject(chat._, offer["subject"], sent(files))
    return ask_screens.ask_subject(chat._, kept=sent(files))


def sent(files: list[dict[str, Any]]) -> list[Sent]:
    """Files out of the conversation's memory."""
    return [Sent(**each) for each in files]


@router.message(MessageForm.subject, MEDIA)
async def more_media(event: Message, chat: Chat) -> None:
    """The rest of an album, or one more file; a caption of either is no subject."""
    draft = chat.draft
    files = together(draft, event)
    screen = subject_screen(chat, draft.get("offer"), files)
    step = chat.amend if same_album(draft, event) else chat.ask
    await step(MessageForm.subject, screen, files=files, album=event.media_group_id)


@router.callback_query(MessageAction.filter(F.verb == "take_subject"))
async def take_subject(_event: CallbackQuery, chat: Chat) -> None:
    """The first line becomes the subject and leaves the text."""
    offer = chat.draft.get("offer")
    if not offer:
        raise Conflict
    await create(chat, offer["subject"], offer["html"])


@router.message(MessageForm.subject, TYPED)
async def subject(event: Message, chat: Chat) -> None:
    """Another subject, the text stays whole; or the next piece of a long text."""
    draft = chat.draft
    if not follows(event, draft.get("long_at")):
        await create(chat, event.text or "", draft["html"])
        return
    piece, offer = post_of(event, await known_of(chat)).html, draft.get("offer")
    if offer:
        offer |= {"html": check_html(f"{offer['html']}\n{piece}")}
    html = check_html(f"{draft['html']}\n{piece}")
    await ask_subject(chat, html, offer, event, draft.get("files") or [])


async def create(chat: Chat, subject: str, html: str) -> None:
    """Write the message and show its card."""
    files = await fetched(chat, chat.draft.get("files") or [])
    async with chat.begin() as (tx, now):
        message = await service.create(tx, chat.user, subject, html, now, files)
    note = advice.saved(chat._, screens.wording(message), chat._("The message is saved."))
    card = card_of(chat, message, note)
    await chat.show(card, html=None, offer=None, long_at=None, files=None, album=None)


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
