"""What every conversation of the bot is made of."""

from bot.kit.chat import Chat
from bot.kit.files import send_parts
from bot.kit.paging import Nav, back, home_button, pager
from bot.kit.screen import Button, Drawing, Row, Screen, plain

__all__ = [
    "Button",
    "Chat",
    "Drawing",
    "Nav",
    "Row",
    "Screen",
    "back",
    "home_button",
    "pager",
    "plain",
    "send_parts",
]
