"""The first screens and the commands that work everywhere."""

from aiogram import Router

from bot.start import handlers, membership
from bot.start.commands import announce_commands

router = Router(name="first")
router.include_routers(membership.router, handlers.router)

__all__ = ["announce_commands", "router"]
