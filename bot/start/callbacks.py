"""Buttons of the first screens."""

from aiogram.filters.callback_data import CallbackData


class StartAction(CallbackData, prefix="st"):
    """help, language, speak (with `locale`)."""

    verb: str
    locale: str = ""
