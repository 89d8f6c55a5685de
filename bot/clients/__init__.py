"""The client centre."""

from aiogram import Router

from bot.clients import adding, files, handlers, own_fields
from bot.clients.site_files import show_uploads

__all__ = ["router", "show_uploads"]

router = Router(name="client centre")
router.include_routers(handlers.router, own_fields.router, adding.router, files.router)
