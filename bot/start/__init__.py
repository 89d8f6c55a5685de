"""The first screens and the commands that work everywhere."""

from bot.start.commands import announce_commands
from bot.start.handlers import router

__all__ = ["announce_commands", "router"]
