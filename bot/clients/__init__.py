"""The client centre."""

from aiogram import Router

from bot.clients import adding, files, handlers, own_fields
from bot.clients.following import follow_files

__all__ = ["follow_files", "router"]

router = Router(name="client centre")
router.include_routers(handlers.router, own_fields.router, adding.router, files.router)
