"""What no conversation took: always answered, always with a way on. Included last."""

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message

from bot.kit import Chat, Nav, Screen, home_button
from bot.start.home import show_home

router = Router(name="fallback")


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
async def unexpected(_event: Message, chat: Chat) -> None:
    """A sticker, a photo or a command in the middle of a question."""
    await chat.refuse(
        chat._("I did not understand that here. Please answer the question below, or /cancel.")
    )


@router.message()
async def unknown(_event: Message, chat: Chat) -> None:
    """Something sent while nothing was asked; without a screen to look at, the first one."""
    note = chat._("I am not waiting for a text now. Please choose a button.")
    if chat.shown is None:
        await show_home(chat, note)
    else:
        await chat.refuse(note)
