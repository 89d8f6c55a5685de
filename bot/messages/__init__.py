"""The message centre."""

from aiogram import Router

from bot.messages import handlers, writing

router = Router(name="message centre")
router.include_routers(handlers.router, writing.router)
