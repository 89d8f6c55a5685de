"""The client centre."""

from aiogram import Router

from bot.clients import adding, files, handlers

router = Router(name="client centre")
router.include_routers(handlers.router, adding.router, files.router)
