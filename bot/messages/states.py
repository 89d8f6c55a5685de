"""What is being asked about a message, and what an answer looks like."""

from aiogram import F
from aiogram.fsm.state import State, StatesGroup

TYPED = F.text & ~F.text.startswith("/")


class MessageForm(StatesGroup):
    """What is being asked."""

    text = State()
    subject = State()
    new_text = State()
    new_subject = State()
    more = State()
    files = State()
    button = State()
    signature = State()


class MessageList(StatesGroup):
    """A text typed while the list is shown searches it."""

    shown = State()
