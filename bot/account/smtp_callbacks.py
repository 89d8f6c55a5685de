"""Buttons and questions of the owner's own mail account."""

from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup


class SmtpAction(CallbackData, prefix="sa"):
    """open, choose, provider (by name), same (From is the name), password, code, resend, trial,
    on, off, remove, remove_sure."""

    verb: str
    name: str = ""


class Smtp(StatesGroup):
    """One question at a time."""

    address = State()
    server = State()
    username = State()
    sender = State()
    password = State()
    code = State()
