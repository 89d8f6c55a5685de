"""Buttons of the message centre."""

from aiogram.filters.callback_data import CallbackData


class MessageAction(CallbackData, prefix="ms"):
    """list, open, new, take_subject, change, subject, text, files, preview, off, off_sure, on,
    copy."""

    verb: str
    id: int = 0
    page: int = 0


class FileAction(CallbackData, prefix="mf"):
    """A file of a message: remove."""

    verb: str
    message: int
    file: int
