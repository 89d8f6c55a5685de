"""Buttons of the message centre."""

from aiogram.filters.callback_data import CallbackData

PROFILE = -1  # where the signature is asked from


class MessageAction(CallbackData, prefix="ms"):
    """The list: list, every, active, inactive. Writing: new, take_subject, fields. One message:
    open, more, change, subject, text, files, look, button, no_button, preview, to_me, off,
    off_sure, on, copy, history, delete, delete_sure. The owner's: signature, no_signature (asked
    from the card of the message `id`, from the list, or from the profile: PROFILE)."""

    verb: str
    id: int = 0
    page: int = 0


class FileAction(CallbackData, prefix="mf"):
    """A file of a message: remove."""

    verb: str
    message: int
    file: int


class VersionAction(CallbackData, prefix="mv"):
    """An older wording: see, restore; `page` is that of the history."""

    verb: str
    message: int
    version: int
    page: int = 0


class LayoutAction(CallbackData, prefix="ml"):
    """A layout for a message."""

    message: int
    layout: str


class PreviewAction(CallbackData, prefix="mp"):
    """The letter as a picture of a width: phone, wide."""

    message: int
    width: str
