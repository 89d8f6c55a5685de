"""Buttons that every list has."""

from collections.abc import Callable

from aiogram.filters.callback_data import CallbackData

from bot.kit.screen import Button, Row
from core.i18n import Translator, number

MANY = 10  # pages


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
    """`‹  2 of 7  ›`, nothing when one page holds all; pages count from 0.

    Where there are MANY, `«` and `»` turn a tenth of them: a few taps lead everywhere.
    """
    pages = max(1, -(-total // per_page))
    if pages == 1:
        return []

    def turn(sign: str, to: int) -> Button:
        to = min(max(to, 0), pages - 1)
        return Button(sign, Nav(to="stay") if to == page else make(to))

    label = _("{page} of {pages}", page=number(page + 1, _.locale), pages=number(pages, _.locale))
    row = [turn("‹", page - 1), Button(label, Nav(to="stay")), turn("›", page + 1)]
    if pages < MANY:
        return row
    leap = max(5, pages // 10)
    return [turn("«", page - leap), *row, turn("»", page + leap)]
