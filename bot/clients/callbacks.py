"""Buttons of the client centre."""

from aiogram.filters.callback_data import CallbackData


class ClientAction(CallbackData, prefix="cl"):
    """list, open, new, edit, on, off, found, everybody, export."""

    verb: str
    id: int = 0
    page: int = 0


class ClientField(CallbackData, prefix="cf"):
    """Ask for a client's field, or empty it."""

    verb: str
    id: int
    field: str


class ClientFile(CallbackData, prefix="ci"):
    """A file being loaded: load, columns, field, put, tag, untag, back, cancel, undo. `upload` says
    which file; for undo, the moment of the import in microseconds."""

    verb: str
    upload: int
    field: str = ""
    column: int = -1


class ClientExport(CallbackData, prefix="ce"):
    """The whole list as a file."""

    kind: str
