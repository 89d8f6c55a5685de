"""The message centre."""

from aiogram import Router

from bot.messages import editing, handlers, writing

router = Router(name="message centre")
router.include_routers(handlers.router, editing.router, writing.router)
