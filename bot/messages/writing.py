"""Writing a message: its text, then its subject."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat
from bot.messages import screens
from bot.messages.callbacks import MessageAction
from bot.messages.states import TYPED, MessageForm
from bot.messages.typed import follows, is_long, post_of
from core.errors import Conflict, Invalid
from core.i18n import N_
from core.messages import service
from core.messages.rules import check_html

router = Router(name="writing messages")

TEXT_EXPECTED = N_(
    "A text is expected here; pictures, files and stickers cannot go into a letter."
    " For example: Hello, {{first_name|friend}}! This week everything is 20 % off."
)
SUBJECT_EXPECTED = N_("A line of text is expected here, for example: Discounts until Sunday")


@router.callback_query(MessageAction.filter(F.verb == "new"))
async def begin(_event: CallbackQuery, chat: Chat) -> None:
    """Ask for the text."""
    assert chat.user  # noqa: S101  a guest is told to register
    await chat.ask(MessageForm.text, screens.ask_text(chat._), html=None, offer=None)


@router.message(MessageForm.text, TYPED)
async def text(event: Message, chat: Chat) -> None:
    """Keep the text, go on to the subject."""
    post = post_of(event)
    offer = {"subject": post.subject, "html": post.rest} if post.subject else None
    await ask_subject(chat, post.html, offer, event)


async def ask_subject(chat: Chat, html: str, offer: dict[str, str] | None, event: Message) -> None:
    """Offer the first line, or ask; the rest of a long text may still be on its way."""
    screen = (
        screens.offer_subject(chat._, offer["subject"]) if offer else screens.ask_subject(chat._)
    )
    long_at = event.date.timestamp() if is_long(event) else None
    await chat.ask(MessageForm.subject, screen, html=html, offer=offer, long_at=long_at)


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
    piece, offer = post_of(event).html, draft.get("offer")
    if offer:
        offer |= {"html": check_html(f"{offer['html']}\n{piece}")}
    await ask_subject(chat, check_html(f"{draft['html']}\n{piece}"), offer, event)


async def create(chat: Chat, subject: str, html: str) -> None:
    """Write the message and show its card."""
    async with chat.begin() as (tx, now):
        message = await service.create(tx, chat.user, subject, html, now)
    note = chat._("The message is saved.")
    card = screens.card(chat._, message, chat.draft.get("then"), note)
    await chat.show(card, html=None, offer=None, long_at=None)


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
