"""The message centre."""

from aiogram import Router

from bot.messages import attaching, editing, handlers, writing

router = Router(name="message centre")
router.include_routers(handlers.router, attaching.router, editing.router, writing.router)
