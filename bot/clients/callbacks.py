"""Buttons of the client centre."""

from aiogram.filters.callback_data import CallbackData


class ClientAction(CallbackData, prefix="cl"):
    """list, open, new, edit, on, off, found, everybody, export, history, erase, erase_sure, back
    (who unsubscribed agreed anew)."""

    verb: str
    id: int = 0
    page: int = 0


class ClientField(CallbackData, prefix="cf"):
    """Ask for a client's field, or empty it."""

    verb: str
    id: int
    field: str


class ClientFile(CallbackData, prefix="cu"):
    """A file to be loaded: load, columns, field, put, new, make, tag, untag, back, cancel.

    `field` may be an own one (`own.column_of`).
    """

    verb: str
    upload: int
    field: str = ""
    column: int = -1


class ClientImport(CallbackData, prefix="ci"):
    """What was loaded: undo, undo_sure."""

    verb: str
    id: int


class ClientExport(CallbackData, prefix="ce"):
    """The whole list as a file."""

    kind: str


class ClientOwn(CallbackData, prefix="co"):
    """The owner's own fields: list, new, kind, open, rename, remove, remove_sure."""

    verb: str
    id: int = 0
    kind: str = ""
