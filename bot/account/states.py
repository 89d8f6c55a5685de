"""What is being asked."""

from aiogram.fsm.state import State, StatesGroup


class Registration(StatesGroup):
    """One question at a time."""

    name = State()
    email = State()
    phone = State()
    country = State()
    zone = State()


class Proof(StatesGroup):
    """A code from a letter, or the address it is to be sent to."""

    code = State()
    fix = State()
    sign_in = State()


class Profile(StatesGroup):
    """A field being changed."""

    name = State()
    email = State()
    phone = State()
    country = State()
    zone = State()
    photo = State()
    quiet = State()
