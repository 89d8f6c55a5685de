"""Buttons that every list has."""

from collections.abc import Callable

from aiogram.filters.callback_data import CallbackData

from bot.kit.screen import Button, Row
from core.i18n import Translator


class Nav(CallbackData, prefix="nav"):
    """Ways that lead everywhere: `home`, or `stay` for a button that only tells."""

    to: str


def home_button(_: Translator) -> Button:
    """To the first screen."""
    return Button(_("⌂ Home"), Nav(to="home"))


def back(_: Translator, data: CallbackData, label: str | None = None) -> Button:
    """One screen up; always last and always there."""
    return Button(_("‹ {place}", place=label) if label else _("‹ Back"), data)


def pager(
    _: Translator, page: int, total: int, per_page: int, make: Callable[[int], CallbackData]
) -> Row:
    """`‹  2 of 7  ›`, nothing when one page holds all; pages count from 0."""
    pages = max(1, -(-total // per_page))
    if pages == 1:
        return []
    label = _("{page} of {pages}", page=page + 1, pages=pages)
    return [
        Button("‹", make(max(0, page - 1)) if page else Nav(to="stay")),
        Button(label, Nav(to="stay")),
        Button("›", make(page + 1) if page + 1 < pages else Nav(to="stay")),
    ]
