"""What no conversation took: always answered, always with a way on. Included last."""

from aiogram import F, Router
from aiogram.enums import ContentType
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message
from markupsafe import Markup

from bot.kit import Chat, Nav, Screen, home_button
from bot.start.home import show_home
from core.i18n import N_
from core.typed import shortened

router = Router(name="fallback")

SENTENCE = Markup(" ")

# What is said about things that cannot be read.
THINGS = {
    ContentType.STICKER: N_("I cannot read stickers."),
    ContentType.ANIMATION: N_("I cannot read animations."),
    ContentType.VOICE: N_("I cannot listen to voice messages: please type."),
    ContentType.AUDIO: N_("I cannot listen to music."),
    ContentType.VIDEO: N_("I cannot watch videos."),
    ContentType.VIDEO_NOTE: N_("I cannot watch video messages: please type."),
    ContentType.LOCATION: N_("I can do nothing with a place on the map."),
    ContentType.VENUE: N_("I can do nothing with a place on the map."),
    ContentType.POLL: N_("I can do nothing with a poll."),
    ContentType.DICE: N_("I do not play, I send letters."),
}
NO_COMMAND = N_("There is no command {command}. All that I know: /help")
NO_TEXT = N_("I am not waiting for a text now. Please choose a button.")
NO_THING = N_("I can do nothing with that here.")
OWNER = N_(
    "To write a letter: /messages. To add clients, drop a table into the chat, or open /clients."
)


@router.callback_query(Nav.filter(F.to == "stay"))
async def stay(_event: CallbackQuery, chat: Chat) -> None:
    """A button that only tells something."""
    await chat.settle()


@router.callback_query()
async def old_button(_event: CallbackQuery, chat: Chat) -> None:
    """A button of an older version, or no button of ours at all."""
    await chat.alert(chat._("This button is out of date. Here is where you can go on."))
    await chat.show(Screen(chat._("What would you like to do?"), [[home_button(chat._)]]))


@router.message(~StateFilter(None))
async def unexpected(event: Message, chat: Chat) -> None:
    """A sticker, a photo or a command in the middle of a question."""
    again = chat._("I did not understand that here. Please answer the question, or /cancel.")
    what = THINGS.get(ContentType(event.content_type))
    await chat.refuse(SENTENCE.join((chat._(what), again)) if what else again)


@router.message()
async def unknown(event: Message, chat: Chat) -> None:
    """Something sent while nothing was asked; without a screen to look at, the first one."""
    note = said_about(event, chat)
    if chat.account.user:
        note = SENTENCE.join((note, chat._(OWNER)))
    if chat.shown is None:
        await show_home(chat, note)
    else:
        await chat.refuse(note)


def said_about(event: Message, chat: Chat) -> Markup:
    """What the bot makes of something that it did not ask for."""
    text = event.text or ""
    if text.startswith("/"):
        note: Markup = chat._(NO_COMMAND, command=shortened(text.split()[0], 32))
    elif text:
        note = chat._(NO_TEXT)
    else:
        note = chat._(THINGS.get(ContentType(event.content_type), NO_THING))
    return note
