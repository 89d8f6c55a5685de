"""What is being typed while a mailing is prepared."""

from aiogram.fsm.state import State, StatesGroup


class Launch(StatesGroup):
    """A step of the launch that also takes a typed answer."""

    search = State()
    when = State()
    repeat = State()
    end = State()
