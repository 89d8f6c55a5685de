"""Buttons and questions of administrators."""

from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup


class AdminAction(CallbackData, prefix="ad"):
    """home, users (`name` is which), everybody, user (`id`), change, edit (a field by `name`),
    quota, take_quota (`page` is the number, 0 for none), suspend, suspend_sure, lift, approve,
    refuse, mailings, mailing, delete, delete_sure (`id` is the mailing), photo, invite."""

    verb: str
    id: int = 0
    page: int = 0
    name: str = ""


class Answer(CallbackData, prefix="aa"):
    """An answer to the question whether somebody is let in: approved, refused."""

    verb: str
    id: int


class Admin(StatesGroup):
    """A text typed while the list is shown searches it; a field being changed."""

    users = State()
    name = State()
    email = State()
    phone = State()
    country = State()
    timezone = State()
    quota = State()
