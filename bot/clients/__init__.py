"""The client centre."""

from aiogram import Router

from bot.clients import adding, files, handlers, own_fields

router = Router(name="client centre")
router.include_routers(handlers.router, own_fields.router, adding.router, files.router)
