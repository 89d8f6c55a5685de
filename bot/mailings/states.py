"""What is being typed while a mailing is prepared."""

from aiogram import F
from aiogram.fsm.state import State, StatesGroup

TYPED = F.text & ~F.text.startswith("/")  # a command is never an answer


class Launch(StatesGroup):
    """A step of the launch that also takes a typed answer."""

    search = State()
    spare = State()
    tag = State()
    when = State()
    repeat = State()
    hour = State()
    quiet = State()
    deadline = State()
    end = State()
    segment_name = State()
