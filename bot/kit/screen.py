"""A screen: one message with its buttons, kept as JSON so that it can be shown again."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol

from aiogram import Bot
from aiogram.filters.callback_data import CallbackData
from aiogram.types import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)
from markupsafe import Markup, escape

Style = Literal["primary", "success", "danger"]
TALL = 7  # rows of buttons


def plain(label: Markup | str) -> str:
    """A text without markup, for buttons and callback answers."""
    return label.unescape() if isinstance(label, Markup) else label


@dataclass(frozen=True)
class Button:
    """Does what `data` says, opens `url` or copies `copy`."""

    label: Markup | str
    data: CallbackData | str | None = None
    url: str | None = None
    style: Style | None = None
    copy: str | None = None

    @cached_property
    def said(self) -> str | None:
        """What a tap says, as Telegram takes it."""
        return self.data.pack() if isinstance(self.data, CallbackData) else self.data

    def packed(self) -> dict[str, Any]:
        """As JSON."""
        packed = {"label": plain(self.label), "data": self.said, "url": self.url}
        return packed | {"style": self.style, "copy": self.copy}

    def markup(self) -> InlineKeyboardButton:
        """As Telegram takes it."""
        return InlineKeyboardButton(
            text=plain(self.label),
            callback_data=self.said,
            url=self.url,
            style=self.style,
            copy_text=CopyTextButton(text=self.copy) if self.copy else None,
        )


Row = list[Button]


class Drawing(Protocol):
    """Another way to show a screen than its text: with a picture, say. It may be refused."""

    async def send(self, bot: Bot, chat_id: int) -> int | None:
        """Send it; the message's number, or None where Telegram does not take it."""

    async def edit(self, bot: Bot, chat_id: int, message_id: int) -> bool:
        """Draw it over a message; False where only a new message can show it."""


@dataclass(frozen=True)
class Screen:
    """`drawing` shows it better than its text and buttons, which stay for where it is refused and
    for when the screen is shown again. `live` names the mailing the screen keeps following;
    `contact` labels a button that shares the phone number, `leave` one beside it that only says
    its words (such a screen has no other buttons: Telegram allows one keyboard)."""

    text: Markup | str
    rows: list[Row] = field(default_factory=list)
    live: int | None = None
    contact: Markup | str | None = None
    leave: Markup | str | None = None
    drawing: Drawing | None = field(default=None, compare=False)

    def html(self, note: Markup | str | None = None) -> str:
        """The text as Telegram's HTML, with a note above it; below it where the screen is so tall
        that a phone, which shows a message's end, would not show its beginning."""
        parts = [note, self.text] if note else [self.text]
        if len(self.rows) >= TALL:
            parts.reverse()
        return "\n\n".join(str(escape(part)) for part in parts)

    def keyboard(self) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
        """The buttons."""
        if self.contact:
            share = KeyboardButton(text=plain(self.contact), request_contact=True)
            rows = [[share], *([[KeyboardButton(text=plain(self.leave))]] if self.leave else [])]
            return ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, one_time_keyboard=True)
        return self.inline_keyboard()

    def inline_keyboard(self) -> InlineKeyboardMarkup | None:
        """The buttons under the message."""
        rows = [[button.markup() for button in row] for row in self.rows if row]
        return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None

    def packed(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "text": str(escape(self.text)),
            "rows": [[button.packed() for button in row] for row in self.rows],
            "live": self.live,
            "contact": plain(self.contact) if self.contact else None,
            "leave": plain(self.leave) if self.leave else None,
        }

    @classmethod
    def unpacked(cls, packed: dict[str, Any]) -> "Screen":
        """Back from JSON."""
        rows = [[Button(**button) for button in row] for row in packed["rows"]]
        text = Markup(packed["text"])  # noqa: S704  escaped when it was packed
        return cls(text, rows, packed["live"], packed["contact"], packed.get("leave"))
